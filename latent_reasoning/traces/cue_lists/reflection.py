"""Reflection: looks back at its own reasoning and judges it.

As in "In hindsight", "I realize that I counted".
"""

from latent_reasoning.traces.cues import cue

CUES = (
    cue(
        "back hindsight retrospect reflection reflecting",
        r"\b(?:looking|thinking) back(?:,| at (?:my|the|what|how|it)| on | over | now| to (?:my"
        r"|the (?:problem|question|start)))|<start>(?:in (?:hindsight|retrospect)|(?:up)?on"
        r" reflection|reflecting on\b)|\bin (?:hindsight|retrospect)\b",
    ),
    cue(
        "realize realise realized realised realizing realising",
        r"\bi(?:'ve| have| just| now| then)* reali[sz]ed?\b|\bwe(?:'ve| have| just| now| then)*"
        r" reali[sz]ed? (?:that )?(?:we|our|my)\b|\bi'm reali[sz]ing",
    ),
    cue(
        "see notice noticed",
        r"\bi (?:now |can )?(?:see|notice|noticed)(?: now)? (?:that i\b|why i\b|where i\b|what"
        r" i\b|my (?:mistake|error)|the (?:mistake|error|flaw))",
    ),
    cue(
        "review reviewing over retrace retracing reexamine re-examine reread rereading"
        " re-reading re-read",
        r"(?:<do>|<start>(?:by )?) ?<now>(?:review(?:ing)?|go(?:ing)? (?:back )?over"
        r"|look(?:ing)? over|retrac(?:e|ing)|re-?examin(?:e|ing)|re-?read(?:ing)?)(?: back)?"
        r" (?:my|our|the (?:steps?|work|solution|reasoning|problem|question|previous|calculation"
        r"|approach|logic)|what)",
    ),
    cue(
        "mistake error flaw wrong",
        r"\b(?:my|our|where the) (?:\w+ )?(?:mistake|error|flaw)(?: (?:here|above|in \w+ \w+|i"
        r" made))? (?:was|is|came|comes|lies|happened)\b|\bthe (?:mistake|error|flaw) (?:here"
        r"|above|in (?:my|our|the) \w+|i made|was that i)|\bwhat (?:went|i did|i got|we did|did"
        r" i do) wrong|\bwhere (?:i|we|it|things) went wrong",
    ),
    cue(
        "overcomplicating assuming treating thinking counting counted assumed confusing ignoring"
        " using treated overthinking",
        r"\b(?:i|we)(?: was| were|'ve been| have been| had been|'d been)(?: \w+)?"
        r" (?:overcomplicating|overthinking|assuming|treating|thinking (?:of|about|that)"
        r"|(?:double[- ])?counting|confusing|ignoring)",
    ),
    cue(
        "should could would",
        r"\b(?:i|we) (?:should|could|might) have (?:\w+ )?(?:used|started|noticed|checked|seen"
        r"|done|been|realized|remembered|just|simply|read|saved|solved|factored|counted)|\bwould"
        r" have been (?:\w+ )?(?:easier|simpler|faster|quicker|better|more)",
    ),
    cue(
        "efficient elegant simplest best easiest shortest",
        r"\b(?:that|this) (?:was|is|wasn't|isn't)(?: not)?(?: necessarily)? the (?:most"
        r" )?(?:efficient|elegant|simplest|best|easiest|shortest) (?:way|approach|method|route"
        r"|solution)",
    ),
    cue(
        "worked approach method lesson takeaway learned insight",
        r"\b(?:this|that|my|the|our)(?: \w+){0,2} (?:approach|method|strategy|trick) (?:worked"
        r"|was (?:\w+ )?(?:efficient|simpler|unnecessary|better|inefficient|flawed|too|long|good"
        r"|right|wrong|overkill)|turned out|missed|ignored|failed|assumed|overlooked|makes sense"
        r" because)|\b(?:lesson|takeaway)(?: \w+){0,2}(?: is|:| was)|\bwhat (?:i|we) learned",
    ),
    cue(
        "earlier previously initially originally my",
        r"\b(?:my|our) (?:earlier|previous|initial|original|first|last) (?:\w+ )?(?:attempt"
        r"|answer|approach|assumption|reasoning|calculation|work|claim|conclusion|thought|guess"
        r"|step|solution|analysis|interpretation|count|result)\b|\b(?:earlier|previously"
        r"|initially|originally),? (?:i|we) (?:thought|assumed|said|considered|claimed|believed"
        r"|counted|used|computed)|\bi (?:earlier|previously|initially|originally) (?:thought"
        r"|assumed|said|considered|counted)",
    ),
    cue(
        "used chose took tried",
        r"\bthe (?:method|approach|formula|way|route|strategy) (?:that )?(?:i|we) (?:used|chose"
        r"|took|tried|followed) (?:was|is|turned|worked|had)\b",
    ),
    cue(
        "mistakenly wrongly incorrectly falsely erroneously needlessly unnecessarily",
        r"\b(?:i|we)(?: have| had|'ve|'d)? (?:mistakenly|wrongly|incorrectly|falsely|erroneously"
        r"|needlessly|unnecessarily) \w+",
    ),
    cue(
        "what",
        r"\bwhat (?:i|we) (?:missed|forgot|overlooked|failed|didn't|got wrong|misunderstood)\b",
    ),
)
