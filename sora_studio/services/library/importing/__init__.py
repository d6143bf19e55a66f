"""Imports: bundles of another copy, folders of clips with metadata, and tables of prompts.

Owns what may come in and how: everything is read and checked before anything is written, all of an import comes in or none of
it, and nothing comes in twice. Imported tasks are over: they are never sent, polled or charged. Only prompts become drafts, or
tasks of this copy's own when the person asks for them.
"""
