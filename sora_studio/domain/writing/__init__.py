"""What the program knows about writing a prompt: the vocabulary of film, and rules that find what could be better in a text.

Pure values and rules: terms and rules are data, read from TOML by `term_tables` and `rule_tables`. Positions are Python
characters. A paragraph is a line of the text, as the editor has it.
"""
