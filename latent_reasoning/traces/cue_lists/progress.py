"""Progress: how far along a text says that it is, for `monitoring`.

As in "That's 50 so far", "four terms in, six to go", "I've been through n = 1 and 2".
"""

from latent_reasoning.traces.cues import cue

PROGRESS = (
    cue(
        "far",
        r"<start>(?:okay,? )?so far(?:,|:|(?= (?:we|i|so|the|it|there|our|my|everything|\$|\\)))"
        r"|\b(?:we|i)(?:'ve| have)?\b[^.\n]{0,60} so far\b(?! (?:more|less|away|from|above|below"
        r"|beyond|this)\b)|\bso far so good",
    ),
    cue(
        "",
        r"\b(?:that's|that is|that makes|which makes|makes|making|giving|gives|have|= \$?\d[\d.,]*)"
        r"(?: \$?\d[\d.,]*\$?)?(?: \w+)? so far\b(?! (?:this|today|in|away|from)\b)"
        r"|\b(?:bringing|raising) (?:the|our|my) (?:\w+ )?(?:total|count|tally"
        r"|sum|running total) (?:up )?to [$\\(]*\d"
        r"|\b(?:\d[\d.,]*|those|it|total) up to (?:here|this point|now)\b",
    ),
    cue(
        "",
        r"\b(?:i'm|i am|we're|we are) (?:now |currently |already |only )?(?:at|on|up to|down to)"
        r" (?:the"
        r" (?:first|second|third|fourth|fifth|next|last|final)|step|case|part|n ?=|x ?=|[a-z] ?="
        r" ?-?\d+"
        r" after)(?! (?:floor|page|day|street|shelf|bus|train)\b)"
        r"|\b(?:one|two|three|four|five|six|seven|\d+|several|a few|some|half)(?: more)?"
        r" (?:terms?|cases?"
        r"|steps?|digits?|rows?|columns?|factors?|iterations?|rounds?|checks?|values?|parts?"
        r"|positions?)"
        r" (?:in|done|down)(?=[,.;!]| and| with)"
        r"|\b(?:one|two|three|four|five|six|seven|\d+|several|a few|some) (?:more|other|further)(?:"
        r" (?:terms?|cases?|steps?|parts?|values?|positions?))? to (?:go|check|try|test)"
        r"(?=[.,;!]|$)"
        r"|\bleaves (?:us |me )?(?:with )?(?:only |just )?(?:one|two|three|four|\d) (?:more"
        r" )?(?:terms?|cases?"
        r"|steps?|parts?|unknowns?)\b|\bwith (?:one|two|three|four|a single|only one|\d+) (?:\w+"
        r" )?(?:terms?|cases?|steps?|parts?"
        r"|positions?|unknowns?|values?|digits?|slots?) (?:left )?to (?:go|fill|check|find|do)\b",
    ),
    cue(
        "",
        r"\b(?:i|we)(?:'ve| have) (?:now |already )?(?:been|gone|worked|run|got|gotten|made it)"
        r" through"
        r" (?!\d+ (?:pages|books|bottles|boxes))(?:the|all|every|each|n ?=|[a-z] ?=|half|most"
        r"|both|\d+"
        r"|one|two|three|four|five)"
        r"|\b(?:i|we)(?:'ve| have) (?:now|already) (?:\w+) (?:one|two|three|four|five|six|seven"
        r"|\d+)(?:"
        r" out)? of (?:the|our|my) (?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)\b"
        r"|\b(?:is|was|it's|that's|that was|this is) the (?:first|second|third|fourth|last"
        r"|final)(?: one)?"
        r" of (?:the|our|my) (?:two|three|four|five|six|\d+) (?:\w+ )?(?:things|steps|values"
        r"|points|parts"
        r"|cases|pieces|quantities|numbers|equations|conditions|unknowns|roots)\b(?= (?:i|we|that"
        r" (?:i|we)))"
        r"|\b(?:done|finished),? (?:that's |that makes )?(?:one|two|three|four|\d) out of (?:two"
        r"|three"
        r"|four|five|six|\d)\b",
    ),
)
