"""The lesson's machinery. Domains know nothing of each other's pages; only `lib.ui` knows Streamlit."""
