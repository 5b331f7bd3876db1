"""Reflection: looks back at its own reasoning and judges it.

As in "In hindsight", "I realize that I counted".
"""

from latent_reasoning.traces.cues import cue

CUES = (
    cue(
        "back hindsight retrospect reflection reflecting",
        r"\b(?:looking|thinking) back(?:,| at (?:my|the|what|how|it)| on (?!her\b|his\b|their\b)"
        r"| over"
        r" (?!her\b|his\b|their\b|the shoulder)| now| to (?:my"
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
    cue(
        "efficient elegant clean rigorous straightforward sound neat roundabout weak hand sloppy"
        " guesswork limited inefficient convincing slow clumsy robust overkill economical poor"
        " shaky tedious heuristic careless wasteful fragile circular solid",
        r"\b(?:this|that|the|my|our) (?:[\w-]+ ){0,2}?(?:method|approach|argument|reasoning"
        r"|solution|proof"
        r"|trick|technique|derivation|bash|strategy|calculation|computation|route)(?: above| here"
        r"| so far| i tried| i used| we used)*(?: is| was|'s) (?:\w+ ){0,3}?(?:efficient|elegant"
        r"|clean"
        r"|rigorous|straightforward|sound\b|neat\b|roundabout|weak|hand-?wav|sloppy|guesswork"
        r"|limited|inefficient|convincing|slow\b|clumsy|robust|overkill|economical|poor|shaky"
        r"|tedious|heuristic|careless|wasteful|fragile|circular|solid\b)"
        r"|<start>(?:okay,? |so,? |honestly,? )*(?:that|this|it) (?:was|worked, but (?:it )?was)"
        r" (?:\w+ ){0,3}?(?:roundabout|sloppy|clumsy|careless|overkill|inefficient|wasteful|slow\b"
        r"|tedious|elegant|neat\b)|, and (?:that|this) (?:was|is|'s) (?:\w+ )?(?:sloppy|careless"
        r"|weak|a weak)",
    ),
    cue(
        "saved spared saves",
        r"\b(?:saved|spared|saves|spares) (?:us|me) (?:from|the|a lot|some|any|having|a page|work"
        r"|time)\b",
    ),
    cue(
        "work lifting",
        r"\b(?:did|does|do|doing|done) (?:all |most of |almost all |much of )?(?:of )?the (?:heavy"
        r" lifting|real work|hard work|actual work|(?<=all the )work)\b",
    ),
    cue(
        "would've could've should've",
        r"\b(?:would've|could've|should've) (?:been|saved|cut|made|helped|used|noticed|checked"
        r"|started)\b"
        r"(?! \$?\d)",
    ),
    cue(
        "saved cut spared",
        r"\bcould have (?:cut|saved|spared|avoided|shortened)\b",
    ),
    cue(
        "insight idea step observation trick",
        r"\bthe (?:key|main|crucial|important|central|real) (?:insight|idea|step|observation"
        r"|trick)"
        r" (?:(?:in|of|behind) (?:the|this|my|our|that) (?:\w+ )?(?:solution|argument|proof"
        r"|reasoning"
        r"|above|approach|method)|was\b)",
    ),
    cue(
        "used uses relies rests",
        r"\b(?:this|that|the|my|our) (?:\w+ )?(?:solution|argument|proof|reasoning|method"
        r"|approach)"
        r"(?: above| here)?[^.\n]{0,40} (?:only (?:used|uses|relies on|needs|needed)|(?:relies"
        r"|rests)"
        r" (?:on nothing but|only on|heavily on|solely on)|used only)",
    ),
    cue(
        "weakness strength drawback downside advantage shortcoming beauty",
        r"\b(?:a|one|the|another|main) (?:\w+ )?(?:weakness|strength|drawback|downside|advantage"
        r"|shortcoming|beauty)(?:es)? (?:of|in|with) (?:the|this|my|our|that) (?:\w+ )?(?:method"
        r"|approach|argument|solution|proof|reasoning|technique|derivation)\b",
    ),
    cue(
        "reason",
        r"\b(?:the reason|part of the reason|that's why|which is why) (?:why )?(?:i|we) (?:got"
        r" stuck"
        r"|went wrong|failed|missed|kept|overlooked|got (?:the|it) wrong|prefer|struggled|made)\b",
    ),
    cue(
        "boiled boils came",
        r"\b(?:whole thing|everything|it all|all of (?:it|this)) (?:boil(?:ed|s)|came|comes) down"
        r" to\b",
    ),
    cue(
        "needed need",
        r"<start>(?:i|we) (?:didn't|did not|never) (?:even |really |actually )?(?:need(?:ed)?"
        r"|use[d]?) the\b"
        r"(?! (?:car|bus|money))|\bnever used the (?:condition|fact|assumption|hypothesis)\b",
    ),
    cue(
        "tool choice",
        r"\bwas (?:\w+ )?the (?:right|wrong|best|perfect) (?:tool|choice|approach|method|idea"
        r"|call|move)\b"
        r"|\b(?:was|is) a (?:poor|bad|good|wise|lucky) (?:choice|call|idea|move)\b(?= here"
        r"|[.,;:])",
    ),
    cue(
        "argument reasoning approach solution work steps proof logic",
        r"\b(?:looking|going|thinking|reading|glancing) (?:back )?(?:over|through) (?:the|my|our"
        r"|this)"
        r" (?:\w+ )?(?:argument|reasoning|approach|solution|work|steps|proof|logic|calculation)\b",
    ),
    cue(
        "enough",
        r"\b(?:turned out|turns out) (?:that )?[^.\n]{1,50} was (?:\w+ )?(?:good |quite"
        r" )?(?:enough"
        r"|sufficient|unnecessary)\b",
    ),
    cue(
        "made",
        r"\b(?:is|was) what made (?:it|this|the (?:problem|proof|argument|solution)|everything)"
        r" (?:\w+ )?(?:work|possible|easy|tractable|simple)\b",
    ),
    cue(
        "assumed",
        r"\bi (?:had|have|'d) (?:\w+ )?(?:assumed|taken for granted|jumped|rushed|overlooked)\b",
    ),
    cue(
        "argument reasoning approach method",
        r"\b(?:my|this|the) (?:\w+ )?(?:argument|reasoning|approach|method) (?:so far |here"
        r" )?(?:is|was)"
        r" (?:basically|essentially|mostly|really|only|just|pretty much) (?:guess|heuristic|brute"
        r"|luck"
        r"|hand|pattern|trial|a guess)|\b(?:argument|approach|method) is valid for (?:any|all"
        r"|every)\b",
    ),
)
