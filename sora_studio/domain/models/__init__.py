"""Models as data, and drafts that travel between them. Pure: text and values in, values out.

A model is a file: `read` turns its text into a `ModelProfile`. A draft belongs to the user: `check` says what keeps it from
being sent to a model, `build` makes the `input` of the request, and `carry` takes it to another model.
"""
