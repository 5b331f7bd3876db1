"""Self doubt: voices uncertainty about its own work: "I'm not sure", "Hmm", "Is that right?"."""

from latent_reasoning.traces.cues import cue

CUES = (
    cue(
        "sure certain confident convinced",
        r"(?<!\")\b<am> (?:still |really )?(?:not|no longer)(?: [\w%]+){0,2} (?:sure|certain"
        r"|confident"
        r"|convinced)|<start>(?:but |and |so )?not (?:\w+ )?(?:sure|certain)\b(?! to\b)|\bi"
        r" can't be (?:\w+ )?(?:sure|certain)|\bam i (?:\w+ )?(?:sure|certain)",
    ),
    cue(
        "unsure confused stuck lost overthinking puzzled",
        r"\b<am>(?: \w+){0,3} (?:unsure|confused|puzzled|stuck|lost\b(?! \$?\d)|overthinking"
        r"|overcomplicating)",
    ),
    cue(
        "wrong mistaken missing misreading misunderstanding misinterpreting misunderstood"
        " misread made miscounted misinterpreted miscalculated misapplied misremembered"
        " forgotten overlooked",
        r"\b(?:i|we|maybe i|perhaps i)(?: might| may| could|'m probably| am probably|'m| am)(?:"
        r" be| have| also| well| just| simply| easily)* (?:wrong|mistaken|missing|mis\w+|made a"
        r" (?:mistake|error)|forgotten|overlooked)",
    ),
    cue(
        "am_i did_i have_i do_i was_i could_i should_i might_i is_my was_my maybe_i perhaps_i",
        r"\b(?:am i|did i(?= (?:\w+ ){0,2}(?:ma[dk]e|mis|do\b|forg|get|count|used?|interp|set"
        r"|cop|acc|inc|cons|read|mess|skip|mix|add|div|mult|apply))|have i|(?<!how )(?<!what )do"
        r" i|was i"
        r"|could i"
        r"|should i|might i|is my|was my) (?!have \d)[^.!\n]{0,90}?\?|\b(?:maybe|perhaps) i"
        r" (?:made|mis\w+|missed|forgot|should have|did|am|'m|need to re|have (?:mis|made)|got)",
    ),
    cue(
        "right correct really sense possible",
        r"<start>(?:but |wait,? |hmm,? |so |and |then )*(?:is|are|was|does|can|could|would|did)"
        r" (?:that|this|it|these|my|the (?:answer|result)|they)\b[^.!\n]{0,40}?\b(?:right"
        r"|correct|really|make sense|be right)\b(?! (?:triangle|angle|side))[^.!\n]{0,80}\?"
        r"|<start>(?:but |wait,? |hmm,? )*is (?:that|this) (?:even )?possible\?",
    ),
    cue(
        "hmm hm hmmm",
        r"<start>hm+[.\u2026]*$|<start>(?:but |so |okay,? |wait,? )?hm+\b(?![,.\u2026! ]*(?:what"
        r" (?:other|about)\b|maybe there's a\b|no\b"
        r"|wait,? no|okay\b|ok\b"
        r"|alright|scrap|interesting|nice|the problem|let me (?:see|think|start|recall)|let's))"
        r"(?=[^\n?]{0,90}(?:\?|n't\b|\bnot\b|\bbut\b|seem|feel|look|\bsure\b|wrong|weird|strange"
        r"|\bodd\b|\boff\b|\btoo\b|expected|suspicious|contradict|\bwait\b|confus|tricky|maybe"
        r"|\bdoubt|mistake|error|does not|cannot|\bthough\b|makes me))",
    ),
    cue(
        "off wrong fishy suspicious odd strange weird contradictory",
        r"\b(?:something(?: about \w+)?|that|this|it)(?:'s| is| seems| looks| feels| sounds)(?:"
        r" \w+)? (?:off\b(?! by)|wrong here|fishy|suspicious|odd\b(?! (?:number|integer|function"
        r"|prime|digit))|strange|weird)|\bsomething(?:'s| is| must be| went) wrong",
    ),
    cue(
        "right correct plausible",
        r"\b(?:doesn't|does not|can't|don't)(?: quite| really)? (?:seem|look|feel|sound|be|add)"
        r" (?:right|correct|plausible|quite right|possible|up)\b",
    ),
    cue(
        "don't_know don't_really_know don't_actually_know don't_quite not_know can't_tell"
        " don't_see can't_see",
        r"\b(?:i|we) (?:don't|do not|can't) (?:really |actually |quite )?(?:know|tell|see) (?:if"
        r"|whether) (?:that|this|it|my|the (?:answer|result)|i)\b",
    ),
    cue(
        "trust believe",
        r"\bi (?:don't|do not) (?:fully |quite |really )?trust\b|<start>(?:that|this) (?:is "
        r"|seems )hard to believe",
    ),
    cue(
        "doubt doubts worried hesitant wonder wondering uncertain",
        r"\bi (?:doubt|have (?:my |some )?doubts?|wonder (?:if|whether))|\b<am>(?: \w+)?"
        r" (?:worried|hesitant|wondering|uncertain)",
    ),
    cue("wait", r"<start>(?:but |oh,? |hmm,? )?wait\b[^\n.!]{0,100}\?"),
    cue(
        "seems feels looks sounds",
        r"\b(?:that|this|it|which|(?:the|my) (?:answer|result|number|value|probability"
        r"|ratio))(?: just)? (?:seems|feels|looks|sounds) (?:\w+ )?(?:too|suspicious\w*"
        r"|unusual\w*|unlikely|implausible|wrong|off\b|odd\b|strange|(?:large|small|high|low|big"
        r"|complicated)\b)",
    ),
    cue("possible likely", r"\b(?:it's|it is) (?:quite |very )?(?:possible|likely) (?:that )?i\b"),
    cue(
        "larger smaller bigger higher lower more",
        r"\b(?:larger|smaller|bigger|higher|lower|more|less) than i (?:expected|thought|would"
        r" expect)",
    ),
    cue(
        "second-guess second-guessing second",
        r"\bsecond[- ]guess(?:ing)? (?:my|this|that|the|it|if|whether)\b",
    ),
    cue(
        "mistaken",
        r"\b(?:if|unless) (?:i'm|i am) (?:not |badly |very much )?mistaken\b"
        r"|\bunless i(?:'ve| have)? (?:made|mis\w+)",
    ),
    cue(
        "memory shaky hazy rusty",
        r"\bmy (?:memory|recollection|grasp|understanding|reasoning"
        r"|argument)\b[^.\n]{0,30}\b(?:shaky"
        r"|hazy|rusty|fuzzy|vague|weak|unreliable)\b|\b<am> (?:a (?:bit|little) )?(?:shaky|rusty"
        r"|hazy|fuzzy) (?:on|about)\b|\bshaky ground\b",
    ),
    cue(
        "remember recall",
        r"\bi (?:can't|cannot|don't|do not) (?:quite |really |exactly |fully |clearly"
        r" )?(?:remember"
        r"|recall) (?:if|whether|how|which|exactly|what|the exact|for sure)\b",
    ),
    cue(
        "feeling suspicion suspect hunch",
        r"\bi have (?:a|the) (?:bad |strong |nagging |sneaking )?(?:feeling|suspicion|hunch)\b"
        r"|\bi suspect (?:i|that i|my|this is wrong|that (?:this|it) is wrong|an error"
        r"|a mistake)\b",
    ),
    cue(
        "guess guessing speculating",
        r"\b<am> (?:only |just |basically |really |partly )?(?:guessing|speculating)\b|\bthis is"
        r" (?:just |only |really |more of )?a (?:wild )?guess\b|<start>just a guess\b",
    ),
    cue(
        "bet quote salt swear",
        r"\bi (?:wouldn't|would not|couldn't|could not) (?:bet|swear)\b|\bdon't quote me\b|\bwith"
        r" a (?:grain|pinch) of salt\b",
    ),
    cue(
        "nervous uneasy uncomfortable suspicious skeptical sceptical comfortable",
        r"\b(?:makes|making|leaves) me (?:\w+ )?(?:nervous|uneasy|uncomfortable|suspicious|doubt"
        r"|wonder)\b|\b<am>(?: \w+){0,2} (?:nervous|uneasy|uncomfortable|suspicious"
        r"|sk?[ce]?eptical"
        r"|not comfortable)\b|\bi (?:feel|felt)(?: \w+)? (?:uneasy|nervous|uncomfortable"
        r"|unsure)\b",
    ),
    cue(
        "or",
        r"(?:\.\.\.|\u2026|\u2014|, |\? )or (?:is|was|does|did|would|should|will|can|could|are|do)"
        r" (?:it|i|they|that|we|this)\?",
    ),
    cue(
        "can could does",
        r"\b(?:can't|cannot|couldn't|doesn't|isn't|won't)\b[^.?!\n]{1,60}, (?:can|could|does|is"
        r"|will"
        r") (?:it|that|they|this)\?",
    ),
    cue("right", r"[^\n.?!]{8}, right\?"),
    cue(
        "obvious clear convinced convincing see",
        r"\b(?:it's|it is|this is|that is|that's) (?:not|far from|not at all"
        r"|not entirely) (?:\w+ )?"
        r"(?:obvious|clear) to me\b|\bi (?:don't|do not|can't|cannot) (?:really |quite )?see why\b"
        r"|\bnot (?:\w+ )?convincing\b",
    ),
    cue(
        "good easy strange surprising surprisingly",
        r"\btoo good to be true\b|\b(?:that|this|it)(?:'s| is| seems| was) (?:\w+ )?(?:surprising"
        r"|puzzling|too easy|suspiciously)\b",
    ),
    cue(
        "confidence confident sure",
        r"\b(?:my confidence|how (?:sure|confident|certain) (?:am i|can i be)|(?:can"
        r"|are) we (?:be )?"
        r"(?:really )?sure\b(?= (?:that|about|this|of)|\?))|\b(?:i )?(?:don't"
        r"|do not) feel (?:\w+ )?"
        r"(?:confident|sure|certain)\b",
    ),
    cue(
        "overlooking missing caution skepticism scepticism",
        r"\b(?:take|taken|treat|treated|read|regard|regarded) (?:it |this |that |them )?with"
        r" (?:some"
        r" |a bit of |due |great |the necessary )?(?:caution|sk?[ce]?epticism|care\b(?= [.,]))",
    ),
    cue(
        "off mistaken",
        r"\b(?:may|might|could)(?: well| easily)? be off\b(?! (?:work|duty|sale|school))",
    ),
    cue(
        "legit legitimate valid legal allowed justified rigorous true okay ok fine enough safe"
        " kosher circular",
        r"<start>(?:but |wait,? |hmm,? |so |and |then )*(?:is|are|was) (?:that|this|it|the (?:step"
        r"|argument|division|exchange|interchange|swap"
        r"|substitution)) (?:\w+ ){0,2}(?:legit(?:imate)?"
        r"|valid|legal|allowed|justified|rigorous|true|okay|ok|fine|enough|safe|kosher|circular)\b"
        r"[^.!?\n]{0,50}\?",
    ),
    cue(
        "feel feels",
        r"\bi (?:kind of |kinda |sort of )?feel (?:like|as if|as though) (?:i|this|that|it|we"
        r"|something|there)(?:'m|'s| am| is| have|'ve| may| might)\b",
    ),
    cue(
        "doubtful dubious iffy skeptical sceptical torn",
        r"\b<am>(?: \w+){0,2} (?:doubtful|dubious|iffy|torn)\b|\b(?:seems|looks|feels"
        r"|sounds) (?:\w+ )?"
        r"(?:dubious|iffy|sketchy|shaky|dodgy)\b",
    ),
    cue(
        "tell",
        r"\bi (?:honestly|really|just|still|simply) can(?:'t|not) (?:really |quite )?tell\b"
        r"|\bi can(?:'t|not) (?:really |quite )?tell (?:if|whether|yet)\b",
    ),
    cue(
        "sure certain confident convinced",
        r"\b<am> (?:also|just|honestly|frankly|now|actually|a bit|a little|slightly)"
        r" (?:not|less|un)(?: [\w%]+)? ?(?:sure|certain|confident|convinced)\b"
        r"|(?<![\w%] )\bnot (?:100 ?%|fully|entirely|completely|totally|at all|so|too|very|quite"
        r"|really|absolutely) (?:sure|certain|confident|convinced)\b(?! to\b)",
    ),
    cue(
        "would",
        r"(?:\.\.\.|\u2026|\u2014|, ) ?(?:or )?(?:would|does|is|can|will|could) (?:it|that|they"
        r"|this)\?",
    ),
    cue(
        "might may",
        r"<start>(?:then again,? )?(?:it|that|this) (?:might|may) (?:not be|be wrong|not be right"
        r"|not hold|not work|be a coincidence)\b(?=[.,;:]| after all| true| right| valid"
        r"| correct)",
    ),
    cue(
        "",
        r"\b(?:i|we) (?:don't|do not) (?:really |actually )?(?:think|believe) (?:that(?:'s| is)"
        r"|this is"
        r"|it's|it is|so\b|i('ve| have)?)(?: \w+)? ?(?:right|correct|true|valid|justified|works?\b)"
        r"|<start>(?:but |and |so |wait,? |hmm,? )*(?:does|do|did|is|are|was|can|could|would"
        r"|should)"
        r" (?:that|this|it|these|they|my|our)\b[^.!\n]{0,40}?\b(?:sound|seem|look|reasonable"
        r"|plausible|valid"
        r"|legit|sensible|okay|too (?:big|small|large|easy|good))\b[^.!\n]{0,50}\?"
        r"|<start>(?:but |hmm,? |wait,? |and |so )*(?:isn't|shouldn't|doesn't|didn't|wasn't|aren't"
        r"|haven't"
        r"|couldn't|wouldn't|don't) (?:that|this|it|i|we|there|the|they|these)\b[^.\n]{0,90}\?",
    ),
    cue(
        "",
        r"<start>(?:but|wait|hmm|hm)[,.\u2026]* (?:then )?(?:is|are|does|do|did|can|could"
        r"|should|was|were|would|will|why|how come|how can|am|have) [^.!\n]{2,100}\?"
        r"|<start>(?:\w+,? ){0,2}?(?<!how many )(?<!what )(?<!how )(?:did|have|had|am) i\b(?!"
        r" (?:really |even )?need)[^.!\n]{2,100}\?"
        r"|\b(?:am i|are we|what am i|what are we) (?:missing|forgetting|overlooking|misreading"
        r"|overthinking"
        r"|allowed|sure|certain)\b",
    ),
    cue(
        "",
        r"\bmy (?:\w+ ){0,2}(?:intuition|memory|arithmetic|algebra|recollection|grasp|understanding"
        r"|geometry|reasoning|argument|reading|count|logic|justification|answer|guess|estimate"
        r"|proof)\b"
        r"[^.\n]{0,40}\b(?:shaky|hazy|rusty|fuzzy|vague|weak|unreliable|tentative|thin\b|may be"
        r"|might be|could"
        r" be|not to be trusted)|\b(?:don't|do not|wouldn't|shouldn't|not) (?:fully |really |quite "
        r"|entirely"
        r" )?trust (?:that|this|it|me|my|the (?:result|answer|number|value|figure|sign))\b"
        r"|\b(?:seems?|feels?|looks?|sounds?|is|was) (?:(?:a bit|a little|rather|somewhat|kind of"
        r"|sort of|very|quite|still) )?(?:hand-?wavy|flimsy|questionable|suspect\b|unconvincing"
        r"|tentative|fishy|sketchy|dubious|iffy|shaky)\b",
    ),
    cue(
        "",
        r"\bcan(?:'t|not) (?:really |quite |fully |completely )?(?:rule (?:it |that |this )?out|say"
        r" (?:so |that"
        r" |this |it )?with (?:\w+ )?(?:confidence|certainty)|vouch|be (?:\w+ )?(?:sure|certain"
        r"|confident)"
        r"|guarantee|shake|convince myself|decide|put my finger)\b"
        r"|\b<am> (?:\w+ )?(?:leaning|inclined|torn|going back and forth|only guessing|wary|afraid"
        r" (?:that )?i"
        r"|not (?:\w+ )?(?:happy|comfortable|satisfied|at ease) with|bothered|confused|baffled"
        r"|stumped|starting"
        r" to (?:doubt|think|wonder|worry|suspect)|beginning to (?:doubt|wonder|suspect|think)|far"
        r" from)\b"
        r"|\b<am>(?: \w+){0,3} (?:uncertain|unsure|worried|hesitant|doubtful|nervous|uneasy"
        r"|skeptical|sceptical|less (?:sure|certain"
        r"|confident)|(?:only|just|about) [^.\n]{1,15}(?:sure|certain|confident))\b",
    ),
    cue(
        "",
        r"\bi (?:do |really |still |strongly |kind of |half )?(?:suspect|fear|worry)\b|<start>i"
        r" (?:guess|think so|hope (?!it is correct)|suppose"
        r" so)\b|<start>hopefully,? (?:that|this|i|it|the|my|i've)|\bif (?:i remember|memory serves"
        r"|i recall"
        r"|i'm reading|i understand|i understood|i'm honest)\b|\b(?:there's|there is) a (?:\w+"
        r" )?(?:chance|risk|danger"
        r"|possibility) (?:that )?(?:i|this|my|it)\b|\b(?:fingers crossed|no guarantee|low"
        r" confidence|gut feeling"
        r"|(?:sure|certain) of (?:it|that|this|myself) at all|not (?:a )?hundred percent|not 100"
        r" ?%)"
        r"|\bwouldn't be surprised if\b|\bto be honest, (?:i|this|that)",
    ),
    cue(
        "",
        r"\b(?:weak|shaky|soft|sore) (?:point|spot|link|part|step) in (?:my|the|this|that)\b"
        r"|\b(?:assuming|provided|hoping|unless|if) (?:that )?i(?:'ve| have| did| got| haven't|"
        r" didn't| made"
        r"|'m)(?:n't)? (?:\w+ ){0,3}?(?:right|correct(?:ly)?|mistakes?|errors?|slip\w*|mis\w+|wrong"
        r"|missed|not)\b"
        r"|<start>(?:or |but )?(?:maybe|perhaps) (?:not|that's (?:wrong|not)|it's (?:wrong|not)"
        r"|this is (?:wrong|not)"
        r"|i'm)\b|\bor (?:did|have|am|was|should) i\b[^.\n]{0,60}\?|\bi (?:keep|kept) (?:getting"
        r"|going|changing"
        r"|second-guessing)\b|\boff[- ]by[- ]one\b(?= (?:error|here|some))",
    ),
    cue(
        "",
        r"<start>(?:\w+,? )?(?:that's |this is |how |very |a bit |quite )?(?:odd|strange|weird"
        r"|suspicious|fishy|confusing"
        r"|puzzling|unexpected)(?=[.,!;:\u2026\u2014])(?! (?:numbers?|and even|integers?))"
        r"|\b(?:does not|doesn't|don't|do not|didn't) (?:quite |really |seem to |even )*(?:add up"
        r"|make (?:any |much |total )?sense|match (?:my|what i|up)|look quite)\b"
        r"|\b(?:bothers|bugs|worries|confuses|troubles|puzzles) me\b|\b(?:nagging|lingering"
        r"|sneaking|sinking|funny"
        r"|uneasy|bad) (?:feeling|suspicion|doubt)|\bstill (?:have |has )?(?:my |some |a"
        r" )?doubts?\b|\bi'm not (?:there|convinced|persuaded)"
        r"|\bsuspiciously\b|\bthis (?:might|may|could) (?:well |easily |not |all )?(?:be (?:wrong"
        r"|mistaken|off|incorrect|nonsense|completely"
        r"|totally|a)|hold|be right|be correct)\b",
    ),
    cue(
        "",
        r"\b(?:i|we)(?: may| might| could)(?: well| easily| also| still| just)* (?:be|have|not|get"
        r"|miss|lose"
        r"|be (?:over|under))(?: \w+){0,2} (?:wrong|off\b|mistaken|mis\w+|missed|missing|missing"
        r" something|forgotten|overlooked|made|slipped|confus\w+"
        r"|overcount\w*|undercount\w*|double|dropped|lost|swapped|skipped|gotten|got)\b"
        r"|\b(?:don't|do not) (?:take my word|hold me|quote me)|\bi'?d (?:want|like|feel better"
        r"|prefer) (?:\w+ )?(?:if|to"
        r" (?:double|see|have)) [^.\n]{0,40}(?:check|confirm|second)|\bsomeone should (?:double[-"
        r" ])?check\b"
        r"|\b(?:sure|certain|confident|convinced) (?:about|of|that|in) [^.\n]{1,50}, (?:though|but"
        r" not|but only)\b"
        r"|\b(?:less|hardly|barely|not so|never) (?:sure|certain|confident|convinced) (?:about|of"
        r"|that|whether|if|how)\b",
    ),
    cue(
        "",
        r"\b(?:can't|cannot|couldn't|wouldn't) say (?:that )?i'm (?:\w+ )?(?:convinced|sure"
        r"|certain|confident"
        r"|satisfied)\b|\b(?:trouble|hard time|difficulty) (?:convincing myself|(?:believing"
        r"|trusting) (?:this|that|it|my|the))\b"
        r"|\bi (?:don't|do not) (?:think|believe) (?:that )?i (?:\w+ )?(?:understand|understood"
        r"|follow"
        r"|have (?:this|that|it))\b",
    ),
)
