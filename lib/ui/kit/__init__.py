"""What every page uses: a chapter's parts, controls, jobs, errors, tables.

chapter.py   the parts every chapter has, from its words in `assets/course/`
controls.py  inputs that live in the link
exports.py   what a student takes home: rows as a CSV file, anything else as JSON
keeping/     what a student keeps: progress, and what pages said of their own numbers
jobs.py      a job on a page: start, follow, stop. What it does is the business of its domain
kept.py      what a student made by hand, kept through a reload
presenting/  a page on a projector: large, one part at a time, led by keys
problems.py  the one place that shows an error: one sentence, no stack trace, and the page goes on
server/      between this app and Streamlit's web server
session.py   who is asking: a cookie of our own that survives a reload and is in no link
source.py    show a function's own source on a page, so that what students read is what ran
tables.py    tables on a page: pandas in, Streamlit's table out, without an index
text.py      text that a student, a link or a model wrote, made safe to show inside Markdown
tokens.py    text coloured word by word: the one place that turns texts of others into HTML, escaped
weights.py   what the weights came through whose figures a page shows: said once on it
words.py     the words that a chapter introduces, in a small window with their meanings
"""
