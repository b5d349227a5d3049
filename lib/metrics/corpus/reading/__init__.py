"""A file of pairs in, rows with their numbers out. Nothing is dropped, joined or made up in silence.

file.py       the reading itself, and the pairs that its columns make
table.py      what is read of a file before its columns are chosen, and what counts as missing
delimited.py  CSV and TSV: records out of lines, with every oddity named
odd_rows.py   rows that are no pair of texts: cells too many or too few, the names of the columns once more
json_file.py  JSON in the shapes that people have: one object a line, a list, column by column
json_cells.py objects of JSON in the cells of a CSV: their fields are columns
chat.py       conversations: what the assistant said last is the text to score
names.py      what the name of a column says: names that tools write, and the same words in other languages
columns.py    which column is what, by name first; never an id or a number taken for a text
encoding.py   bytes to text: what encoding a file is in, and what to do when its lines disagree
latin.py      which code page a text of a European language is in, by how often its letters are
"""
