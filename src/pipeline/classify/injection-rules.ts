/**
 * Families of phrases that injections are made of. A rule runs only on text that holds one of its words. Text is
 * unmasked, so in lower case and without accents; every gap is bounded, so that each place is looked at once and briefly.
 */

export interface InjectionRule {
  /** As it is named among the reasons of a verdict. */
  name: string
  /** How sure one find makes us that this is an attempt, below 1. */
  weight: number
  /** A match holds at least one of these words. */
  words: readonly string[]
  pattern: RegExp
}

/** Up to so many words in between. */
function gap(words: number): string {
  return String.raw`(?:\W{1,3}\w{1,15}){0,${words}}\W{1,3}`
}

function anyOf(words: readonly string[]): string {
  return `(?:${words.join('|')})`
}

function list(words: string): string[] {
  return words.split(/\s+/).filter((word) => word !== '')
}

const DISMISS = list(`
  ignore ignoring disregard disregarding forget override overrule bypass overlook neglect discard dismiss skip
  ignoriere ignorieren vergiss vergessen missachte ignora ignorez olvida olvide oublie oubliez dimentica ignorar`)
const EARLIER = list(`
  previous prior above preceding earlier foregoing former existing original initial given all any every your the these those
  vorherigen vorherige vorhergehenden obigen bisherigen alle deine anteriores anterior precedentes precedenti todas toutes tutte`)
const INSTRUCTIONS = list(`
  instructions? prompts? rules? directives? guidelines? orders? commands? programming training context restrictions? messages?
  conversation polic(?:y|ies) information tasks? assignments? statements? anweisungen? instruktionen befehle regeln aufgaben? angaben instrucciones ordenes consignes istruzioni`)
const TELL = list(`
  reveal show print repeat output display tell give disclose leak expose spell recite echo write return copy translate
  summarize share say see need know display including zeige nenne sage muestra muestrame affiche`)
const LIMITS = list(`
  restriction restrictions limitation limitations limits filter filters filtering censorship guidelines moral morals
  morality ethics ethical boundaries policy policies warning warnings disclaimer disclaimers rules guardrails legality`)

export const INJECTION_RULES: readonly InjectionRule[] = [
  {
    name: 'override',
    weight: 0.8,
    words: DISMISS,
    pattern: new RegExp(
      String.raw`\b${anyOf(DISMISS)}\b${gap(3)}${anyOf(EARLIER)}\b${gap(3)}${anyOf(INSTRUCTIONS)}\b`,
      'u',
    ),
  },
  {
    name: 'clean-slate',
    weight: 0.6,
    words: DISMISS,
    pattern: new RegExp(
      String.raw`\b${anyOf(DISMISS)}\b${gap(2)}(?:everything|all (?:of )?(?:that|this|the above|you)|anything|alles|todo|tout|what (?:i|you|we))\b`,
      'u',
    ),
  },
  {
    name: 'new-orders',
    weight: 0.4,
    words: list('instructions instruction task prompt rules orders anweisungen now being acting'),
    pattern:
      /\b(?:new|real|actual|updated|neue) (?:instructions?|task|system prompt|rules|orders|anweisungen)\b\W{0,3}(?::|are\b|follow)|\bfrom now on\b|\bstop (?:being|acting as)\b|\b(?:end of|finished with the) (?:prompt|instructions?|task)\b/u,
  },
  {
    name: 'role-play',
    weight: 0.3,
    words: list(
      'now longer act behave respond pretend play acting roleplay immerse simulate bist stell respond answer reply mode',
    ),
    pattern:
      /\b(?:you are (?:now|no longer|going to (?:be|act|pretend))|you will (?:now )?(?:act|behave|respond|pretend|play|be acting)|pretend (?:to be|you are|that you)|act as (?:if you|an? (?:unrestricted|unfiltered|evil|hacker))|roleplay as|(?:respond|answer|reply) as (?:both|an? (?:unrestricted|unfiltered|evil|hacker)|dan|chatgpt)|(?:stay|remain|enter|while) (?:in )?\w{2,15} mode|immerse yourself|du bist (?:jetzt|nun)|stell dir vor)\b/u,
  },
  {
    name: 'developer-mode',
    weight: 0.8,
    words: list('dan mode anything jailbroken jailbreak character unfiltered uncensored amoral bot evilbot'),
    pattern:
      /\b(?:dan (?:mode|prompt)|do anything now|(?:jailbreak|developer|god|sudo|unrestricted|debug|evil|dan|opposite) mode|jailbroken|stay in character|(?:never|not|don't|without) break(?:ing)? (?:out of )?character|(?:amoral|unfiltered|uncensored)\W{1,3}(?:and\W{1,3}\w{1,12}\W{1,3})?(?:ai|chatbot|assistant|model|bot|character)|evil[- ]?bot)\b/u,
  },
  {
    name: 'no-limits',
    weight: 0.4,
    words: [...LIMITS, 'refuse', 'decline', 'reject', 'say'],
    pattern: new RegExp(
      String.raw`\b(?:without|no|freed? (?:of|from)|break(?:ing)?|openai(?:'s)?|regardless of|irrespective of|disregards|not (?:bound|limited|restricted) by|ignores)\W{1,3}(?:\w{1,12}\W{1,3}){0,3}${anyOf(LIMITS)}\b|\bnever (?:refuse|say no|decline)\b|\b(?:can ?not|can|will|must|may) (?:not |never )?(?:refuse|decline|reject)\b`,
      'u',
    ),
  },
  {
    name: 'prompt-extraction',
    weight: 0.7,
    words: list(
      'prompt prompts message instructions instruction key word code password preprompt above conversation',
    ),
    pattern: new RegExp(
      String.raw`\b(?:${TELL.join('|')}|what (?:is|are|was|were))\b${gap(5)}(?:(?:your|the|its|deine|this|tu|votre)\W{1,3}(?:\w{1,15}\W{1,3}){0,2}(?:system (?:prompt|message|instructions?)|(?:initial|original|hidden|secret|previous|first|full|exact) (?:instructions?|prompts?|conversation|message)|(?:secret|access|hidden) (?:key|word|code|password)|pre-?prompt)|your (?:secret )?(?:key|password)|initial prompt|(?:instructions|text|everything|prompt|words) (?:above|before this|you were given|you have been given))\b|\bwhat (?:were you told|(?:are|were) you not (?:supposed|allowed) to (?:tell|say))\b`,
      'u',
    ),
  },
  {
    name: 'markup',
    weight: 0.8,
    words: list(
      'im_start im_end system endoftext start_header_id eot_id inst sys instruction instructions admin developer assistant',
    ),
    pattern:
      /<\|(?:im_start|im_end|system|endoftext|start_header_id|eot_id)\|>|\[\/?inst\]|<<\/?sys>>|<\/(?:system|instructions?|system_prompt|assistant)>|^#{2,4} ?(?:system|instruction)s?:?\s{0,5}$|^[[(]?(?:system|admin|developer)[\])]?(?: message| override| note)?\s?: .{0,40}\b(?:you|ignore|override|must)\b/mu,
  },
  {
    name: 'hide-from-user',
    weight: 0.5,
    words: list('user human'),
    pattern:
      /\b(?:do not|don't|never|without) (?:tell|telling|inform|informing|mention|mentioning|reveal|alert|alerting)\b(?:\W{1,3}\w{1,12}){0,5}\W{1,3}(?:user|human)\b/u,
  },
]
