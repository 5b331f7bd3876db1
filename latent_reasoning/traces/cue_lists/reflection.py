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
        r"|above|in (?:my|our) \w+|i made|was that i)|\bwhat (?:went|i did|i got|we did|did"
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
    cue(
        "",
        r"\b(?:i|we)(?:'ve| have| had|'d)? (?:made|committed) (?:a|an|the|one|some) (?:\w+"
        r" ){0,2}(?:mistake|error|slip|blunder|oversight|assumption)s?\b"
        r"[^.\n]{0,6}(?:by|in|when|because|above|earlier|of|there|here|that|with|at)\b"
        r"|\bthe (?:trouble|problem|issue|flaw|mistake|error|fault|snag|slip|bug|culprit|trap"
        r"|confusion)(?: (?:here|there|above|earlier|with (?:my|that|this|the) \w+(?: \w+)?|in"
        r" (?:my|that|this) \w+(?: \w+)?))? (?:was|lies|lay|came|comes|is) (?:in |from |with"
        r" )?(?:that (?:i|we|my)|assuming|treating|using|counting|\w+ing (?:the|that|a)|the"
        r" assumption|my|how i|where i)\b"
        r"|\b(?:that|this|it)(?:'s| is| was) (?:a|an|another|my|the) (?:\w+ ){0,2}(?:mistake|error"
        r"|slip|oversight|blunder|misstep|leap|overkill|detour|shortcut)\b(?! (?:to|if)\b)",
    ),
    cue(
        "",
        r"\b(?:looking|thinking|going|glancing|reading)(?: back| again)? (?:at|about|over|through"
        r"|on) (?:what|how|where|it|this|the (?:above|solution|steps|work|derivation|whole|argument"
        r"|reasoning|problem again)|my|our|that)\b(?=[^.\n]{0,60}[,:])"
        r"|<start>(?:on|upon|after|having) (?:re-?reading|review(?:ing|ed)?|reflect(?:ion|ing|ed)"
        r"|re-?examin\w+|closer (?:inspection|look|reading)|a (?:closer|second|careful) (?:look"
        r"|reading|inspection)|second reading|thinking|looking|going|checking my|reconsider\w*"
        r"|consideration|more careful)\b"
        r"|\bthinking (?:about )?(?:it|this|that) (?:over|again|through)\b|\bon (?:a )?(?:closer"
        r"|second) (?:inspection|look|reading)\b"
        r"|(?:<do>|<start>) ?<now>(?:reflect\b|pause (?:and|to|here)|step back (?:and|to|for|from)"
        r"|take a (?:step back|critical look|hard look)|re-?assess|re-?evaluate (?:my|the|this)"
        r"|critique|scrutini[sz]e|look (?:back|critically|again) (?:at|on|over))",
    ),
    cue(
        "",
        r"\b(?:i|we)(?:'ve| have| had|'d| was| were)?(?: \w+)? (?:overcomplicated|overthought"
        r"|overestimated|underestimated|over-?relied|leaned (?:too|on|heavily)|relied (?:too|on"
        r"|heavily|mostly|entirely)|jumped (?:to|too|into|ahead)|rushed|took (?:\w+ )?for granted"
        r"|got carried away|got lucky|got distracted|wasted|spent too|wandered|glossed over|skipped"
        r" over|neglected|failed to|was lucky|was careful|was sloppy|was careless|conflated"
        r"|confused [^.\n]{1,40} (?:with|and)|blurred|pattern-matched|fell for|fell into|got bogged"
        r"|made (?:this|it|things|life|that) (?:\w+ )?(?:harder|easier|more|too|longer|complicated)"
        r"|went about|did (?:well|badly|poorly|it the (?:hard|long)))\b"
        r"|\b(?:i|we) was(?: being)? (?:too|a bit|a little|overly|rather|somewhat|perhaps|probably)"
        r" \w+|\b(?:i|we) were (?:too|overly|a bit) \w+"
        r"|\b(?:naive|careless|sloppy|silly|hasty|clumsy|wise|clever|foolish|lazy|imprecise) of"
        r" me\b|\btoo (?:quick|hasty|eager|fast|sloppy|careless|optimistic|ambitious|greedy) (?:to"
        r"|with|there|here|in|about|and)\b(?<!was too )",
    ),
    cue(
        "",
        r"\bi (?:should|could|might|ought to) have \w+|\b(?:i|we) should(?:'ve| have) (?:drawn"
        r"|written|checked|used|started|noticed|seen|known|been|read|tried|set|spotted|thought"
        r"|split|looked|kept|taken|gone|made|defined|included|excluded|treated|counted|computed"
        r"|considered|simplified|verified|stated|proved)\b"
        r"|\bi (?:didn't|did not|never|hadn't|had not|haven't|don't think i|wasn't) (?:\w+"
        r" )?(?:even |really |actually |properly |fully )?(?:need(?:ed)?|use[d]?|check(?:ed)?"
        r"|account(?:ed)?|consider(?:ed)?|notice[d]?|think|thought|justif\w+|look(?:ed)?|careful"
        r"|rigorous|explain(?:ed)?|prove[dn]?|state[d]?|realize[d]?|see|appreciate[d]?"
        r"|address(?:ed)?|verif\w+)\b(?! (?:yet|if|whether))"
        r"|\bit turn(?:s|ed) out (?:that )?(?:i|we|my|our) (?:didn't|did not|never|had|was|were"
        r"|could|overlooked|approach|first)",
    ),
    cue(
        "",
        r"\b(?:this|that|the|my|our|each|every|its) (?:[\w-]+ ){0,2}?(?:method|approach|argument"
        r"|reasoning|solution|proof|trick|technique|derivation|strategy|calculation|computation"
        r"|route|logic|analysis|write-?up|explanation|chain of \w+|justification|idea|work|working"
        r"|attempt|bash|step|move|choice|decision|simplification|substitution|detour)"
        r"(?: (?:above|here|so far|earlier|itself|there|again|i (?:tried|used|gave|took|made|chose)"
        r"|we (?:used|took|gave|chose|made)|of [^.,;\n]{1,40}|for [^.,;\n]{1,40}|to [^.,;\n]{1,40}"
        r"|with [^.,;\n]{1,30}))* (?:seems|feels|looks|sounds|is|was|has been|turned out|turned out"
        r" to be|proved|proved to be|appears|strikes me as|works|worked|went|holds up|held up"
        r"|remains)"
        r" (?:\w+ ){0,3}?(?:hand-?wav\w+|thin|solid|sound|airtight|watertight|reasonable|clean"
        r"|cleaner|long-winded|messy|ugly|nice|nicely|well|clever|natural|complete|incomplete"
        r"|convoluted|complicated|longer|long|short|shorter|simple|simpler|unnecessar\w+|poor\w*"
        r"|badly|lucky|risky|rigorous|elegant|efficient|inefficient|overkill|clumsy|wasteful"
        r"|redundant|justified|unjustified|valid|questionable|fine|okay|correct|sensible|logical"
        r"|coherent|consistent|convincing|persuasive|crucial|essential|superfluous|heavy|laborious"
        r"|flawed|premature|careless|sloppy|hasty|smooth\w*|effective|fruitful|productive|a (?:bit"
        r"|little|good|poor|bad|mess|waste|detour|stretch|leap)|useful|helpful|decisive|key|only"
        r" for|only when|only if)\b"
        r"(?! (?:if|for (?:all|any|every) (?:real|n\b|x\b|integers))\b)",
    ),
    cue(
        "",
        r"\b(?:the|my|our|its) (?:real |main |whole |only |actual |final |biggest )?(?:key|trick"
        r"|crux|hard part|tricky part|main difficulty|difficulty|hardest part|easy part|turning"
        r" point|deciding (?:step|idea)|decisive (?:step|idea|move)|insight|point|heart|core"
        r"|essence|secret|strength|beauty|weak(?:est|er)? (?:part|point|spot|link|step)|strongest"
        r" part|weakness|limitation|drawback|downside|shortcoming|shaky part|vulnerable point"
        r"|lesson|takeaway|moral)(?: (?:to|of|in|here|for|behind|with) (?:this|that|the|my|our|it"
        r"|solving|me|here)(?: \w+){0,3})?(?: here| above| for me)? (?:was|lay|turned out|came|is"
        r" that (?:i|we|my|it))\b"
        r"|\bwhat (?:made|tripped|threw|helped|worked|saved|misled|cost|confused|convinced|slowed"
        r"|got|did it|mattered)(?: \w+){0,6} (?:was|is)\b(?! (?:he|she|the profit|the total))"
        r"|\bwhat (?:tripped|threw|misled|confused|saved|helped) (?:me|us)\b"
        r"|\b(?:weak|shaky|soft) (?:point|spot|link) in (?:the|my|this|that) (?:\w+ )?(?:argument"
        r"|proof|reasoning|solution|above)\b",
    ),
    cue(
        "",
        r"\b(?:turned out|proved) (?:to be )?(?:a |an )?(?:\w+ )?(?:good|bad|great|poor|wise|lucky"
        r"|right|wrong|useful|helpful|unnecessary|crucial|fruitful|unhelpful|decisive|better|fatal"
        r"|simpler|easier|harder|overkill|irrelevant|redundant|mistaken|efficient)\b(?! (?:number"
        r"|answer))"
        r"|\b(?:paid off|worked (?:out )?(?:well|nicely|beautifully|better|fine|great)|went"
        r" smoothly|served (?:us|me) well|came in handy|added nothing|contributed nothing|was"
        r" bookkeeping|was routine|was a (?:distraction|detour|waste|shortcut|red herring|bad idea"
        r"|good idea|mistake|crude|blunt|lucky guess))\b"
        r"|\b(?:made|makes|kept|keeps) (?:this|it|things|everything|the (?:algebra|computation"
        r"|calculation|problem|proof|solution|argument|work)) (?:\w+ )?(?:easier|harder|messier"
        r"|simpler|cleaner|shorter|quicker|manageable|short|simple|tractable|easy|clean|longer)\b"
        r"|\b(?:was|is|were) (?:\w+ )?(?:the|an?) (?:wrong|inappropriate|unsuitable|better|poor"
        r"|needless|unnecessary) (?:model|tool|choice|approach|method|idea|way to|call|move"
        r"|formula|setup|question|track|assumption|step)\b",
    ),
    cue(
        "",
        r"<start>(?:but |so |and )?(?:was|were) (?:\w+ ){1,5}(?:justified|needed|necessary|valid"
        r"|legitimate|legit|warranted|reasonable|wise|rigorous|sound|fair|worth it|overkill)\?"
        r"|<start>(?:but |so )?(?:did (?:i|we)|was it) (?:really |actually )?(?:need|necessary|have"
        r" to|overcomplicate|use|justify|assume)\b[^.\n]{0,60}\?|\bcould (?:this|that|it|i|we) have"
        r" been (?:done|solved|avoided|shorter|easier|simpler)\b"
        r"|\b(?:a|there (?:was|is) a|an) (?:much |far |slightly |somewhat )?(?:cleaner|shorter"
        r"|quicker|simpler|better|easier|neater|more (?:elegant|direct|efficient|careful|rigorous)"
        r"|less (?:messy|tedious)) (?:way|route|approach|argument|solution|method|proof|path|choice"
        r"|derivation)[^.\n]{0,30} (?:would(?:'ve| have) been|would be|was|exists|existed|is"
        r" available)\b"
        r"|\bin the end,? (?:the|my|this|it|all|i|we) [^.\n]{0,40}(?:was|worked|turned|held|needed"
        r"|only|came)|<start>(?:overall|all in all|all told|on the whole|to reflect),? (?:the|this"
        r"|my|i|that|it|i'm)\b[^.\n]{0,60}(?:approach|argument|solution|reasoning|worked|method"
        r"|proof|satisf|happy|fairly|quite|sound|well|clean|clear)",
    ),
    cue(
        "",
        r"\b(?:i|we)(?:'ve| have|'d| had) been (?:\w+ )?(?:using|assuming|treating|thinking"
        r"|counting|ignoring|reading|working (?:with|on|under)|solving|looking at|computing|mixing"
        r"|overcomplicating|overthinking|interpreting|confusing|careless|careful|sloppy|too"
        r"|trusting|taking)\b"
        r"|\b(?:my|our) (?:reasoning|argument|logic|work|approach|method|intuition|guess|mistake"
        r"|error|solution|proof|analysis|thinking|strategy|first (?:instinct|idea|thought|reaction"
        r"|impression)|assumption|confusion|instinct) (?:above |here |there |earlier |so far"
        r" )?(?:holds|held|was|were|stands|did|had|relied|relies|rests|rested|turned|ignored|missed"
        r"|assumed|overlooked|failed|worked|misled|paid|proved|came|only|skipped|glosses|glossed"
        r"|hinged|depended|conflated|counted|used|treated|breaks|broke|doesn't|didn't)\b"
        r"|\b(?:i|we)(?:'m| am|'re| are) (?:\w+ )?(?:satisfied|happy|pleased|content|comfortable)"
        r" (?:with|that) (?:the|this|my|that|how|each|every|it)\b|\bi (?:like|liked|prefer"
        r"|preferred|appreciate) (?:how|that|this|the way)\b"
        r"|\b(?:in|with) (?:hindsight|retrospect)\b|\bhad i (?:\w+ )?(?:noticed|seen|used|checked"
        r"|started|drawn|read|known|thought|realized|spotted|been|done|looked|tried|written)\b",
    ),
    cue(
        "",
        r"\b(?:a|an|rather|quite|such a|pretty) (?:\w+ )?(?:nice|neat|elegant|clean|clever|slick"
        r"|clumsy"
        r"|careless|sloppy|long-winded|roundabout|tidy) (?:\w+ )?(?:argument|proof|solution"
        r"|approach|trick"
        r"|derivation|observation|piece of reasoning|reasoning|step)\b(?! (?:to|would|is to))"
        r"|\b(?:step|argument|assumption|reasoning|proof)\b[^.\n]{0,40} (?:looks|seems|feels"
        r"|sounds|was|is)"
        r" (?:\w+ )?(?:weak|shaky|sloppy|careless|hasty|thin|wishful|roundabout|clumsy)\b"
        r"|\bnow that i (?:re-?read|look at|look back|think about|see it)\b|\bwishful thinking\b"
        r"|\bi (?:find|found|consider|thought|think) (?:the|this|that|my) (?:reasoning|argument"
        r"|proof|solution"
        r"|approach|method|derivation) (?:\w+ ){0,2}(?:easy|clear|convincing|sound|solid|neat"
        r"|elegant|simple"
        r"|straightforward|clean|satisfying|clumsy|hard)\b"
        r"|\b(?:approach|method|argument|this one|that one) (?:was [^.\n]{2,30} and )?did (?:its"
        r"|the) job\b"
        r"|\bthe (?:answer|result|value|number) (?:of [^.\n]{1,20} )?(?:is|seems|looks|sounds)"
        r" (?:also |quite"
        r" |perfectly |very |entirely )?(?:reasonable|plausible|sensible|realistic|believable)\b"
        r"|\b(?:answer|result) (?:also |certainly )?makes (?:perfect |good |intuitive )?sense\b"
        r"|\bour (?:answer|result|[$]?\d[\d.,]*) (?:is (?:reasonable|plausible)|makes sense)\b",
    ),
)
