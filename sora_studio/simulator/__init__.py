"""A simulator of the remote service, for trying the studio without a key and for its tests. Imports nothing of the studio.

It speaks the service's protocol strictly over real HTTP and renders real films. Extras for experiments:

Prompts. `[violation]` (or the word `forbidden`) fails with CONTENT_VIOLATION; `[fail:CODE]` fails with any other code, such as
`[fail:PROCESSING_TIMEOUT]`; `[clips:3]` gives three films (1 to 4); with `[lost]` the create's answer never arrives.

Keys. Any key is accepted, except `refused` (401), `empty` (has no credit: 402) and `limited` (may only use `sora-2`: 403).

Money. The account has 100 US dollars at every start; a task is charged when it is accepted, and refunded when it fails.

Times. Generation and the waits between callbacks are divided by `--speed`. Storage is not: as in reality a link is valid for
24 hours, then answers 410 (a new status answer has a new link), and a film is kept for 15 days, then answers 404.
Limits stay per real minute.
"""
