"""A simulator of the remote service, for trying the studio without a key and for its tests. Imports nothing of the studio.

It speaks the service's protocol strictly over real HTTP and renders real films. Extras for experiments:

Models. All that the studio ships profiles for, each with its own fields, prices and times, in `models.py`. Their index and
schemas are served as the gateway's website does, below `/docs/models/schemas/`. `--retire SLUG`, or while running
`POST /simulator/retire/SLUG`, takes a model away: creates answer 404 MODEL_UNAVAILABLE, accepted tasks go on.

Clips. They have the length, shape, resolution and sound that were ordered, and start from the first picture. Where a video or
sound decides the length, it is fetched and measured; one that cannot be counts as 5 s.

Prompts. `[violation]` (or the word `forbidden`) fails with CONTENT_VIOLATION; `[fail:CODE]` fails with any other code, such as
`[fail:PROCESSING_TIMEOUT]`; `[clips:3]` gives three films (1 to 4); with `[lost]` the create's answer never arrives.

Keys. Any key is accepted, except `refused` (401), `empty` (has no credit: 402) and `limited` (may only use `sora-2`: 403).

Money. The account has 100 US dollars at every start; a task is charged when it is accepted, and refunded when it fails.
One that is paid by the length of its input is charged for 5 s, and rightly once the input has been measured.

Times. Generation and the waits between callbacks are divided by `--speed`. Storage is not: as in reality a link is valid for
24 hours, then answers 410 (a new status answer has a new link), and a film is kept for 15 days, then answers 404.
Limits stay per real minute.
"""
