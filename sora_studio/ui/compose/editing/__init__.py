"""What the prompt editor can do besides typing: line commands, find and replace, marks, spelling, terms and completion."""
