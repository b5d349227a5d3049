"""Finetuning Lab: the router. Pages are in `pages/`, their order in `lib/curriculum.py`."""

import streamlit as st

from lib import curriculum, ui
from lib.ui import jobs


def main() -> None:
    st.set_page_config(page_title="Finetuning Lab", page_icon=":material/science:", layout="wide")
    pages = {
        group: [
            st.Page(
                chapter.file,
                title=chapter.title,
                icon=chapter.icon,
                url_path=chapter.slug.replace("_", "-"),
                default=chapter.slug == "home",
            )
            for chapter in map(curriculum.chapter, slugs)
        ]
        for group, slugs in curriculum.COURSE.items()
        if slugs
    }
    page = st.navigation(pages, expanded=True)
    jobs.warm_in_background()
    page.run()
    ui.footer(page.url_path)


if __name__ == "__main__":
    main()
