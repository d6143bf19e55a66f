"""A double of the remote service, for trying the studio without a key and for its tests. It imports nothing of ours.

It speaks the service's protocol strictly over real HTTP and renders real films. What it adds, for whoever tries things out:

Prompts. `[violation]` (or the word `forbidden`) fails with CONTENT_VIOLATION; `[fail:CODE]` fails with any other code, such as
`[fail:PROCESSING_TIMEOUT]`; `[clips:3]` gives three films (1 to 4); with `[lost]` the create's answer never arrives.

Keys. Any key is good, except `refused` (401), `empty` (has no credit: 402) and `limited` (may only use `sora-2`: 403).

Money. The account holds 100 US dollars at every start; a task is charged when it is accepted, and a failed one is paid back.

Times. Generating and the waits between callbacks are divided by `--speed`. What is stored is not: as in life a link lasts
24 hours, then answers 410 (a fresh status answer holds a fresh link), and a film is kept for 15 days, then answers 404.
Limits stay per real minute.
"""
