/**
 * Signs of prompt injection: text that wants to take the instructions over. A few families of phrases with weights; it
 * finds the blunt attempts and flags them, and promises no more. System text is the application's own and is not read.
 */
import type { TextPart } from '../../protocols/text-parts.ts'
import { normalize } from './normalize.ts'

export interface InjectionVerdict {
  flagged: boolean
  /** Sum of the weights of the families that were found. */
  score: number
  /** Names of the families. */
  reasons: string[]
}

interface Family {
  name: string
  weight: number
  pattern: RegExp
}

/** From here a request is flagged. */
const THRESHOLD = 1

const INSTRUCTIONS =
  '(?:instructions?|prompts?|rules|directives?|guidelines|orders|commands|programming|training|context|messages?|conversation|text|tasks?|said|told|above|anweisungen|instruktionen|befehle|regeln|aufgaben|angaben|instrucciones|instructions?)'
const EARLIER =
  '(?:previous|prior|above|preceding|earlier|foregoing|all|any|every|your|the|these|those|former|existing|system|original|given|initial|safety|ethical|before|vorherigen|vorherige|obigen|bisherigen|alle|deine|anteriores)'

/** Every gap between words is bounded, so that a pattern looks at each place once and briefly. */
const FAMILIES: readonly Family[] = [
  {
    name: 'ignore-instructions',
    weight: 1,
    pattern: new RegExp(
      `\\b(?:ignore|disregard|forget|override|bypass|overlook|neglect|discard|skip|ignoriere|vergiss|vergessen|missachte|ignora|olvida|oublie[zr]?)\\b(?:\\W{1,3}\\w{1,15}){0,3}?\\W{1,3}${EARLIER}\\b(?:\\W{1,3}\\w{1,15}){0,4}?\\W{1,3}${INSTRUCTIONS}\\b`,
      'i',
    ),
  },
  {
    name: 'forget-everything',
    weight: 1,
    pattern:
      /\b(?:forget|disregard|ignore|vergiss|vergessen)\W{1,3}(?:\w{1,10}\W{1,3}){0,2}?(?:everything|all (?:of )?(?:that|this)|anything|alles|what (?:i|you|we)\b)/i,
  },
  {
    name: 'new-instructions',
    weight: 0.5,
    pattern:
      /\b(?:new|real|actual|updated|following|neue) (?:instructions?|task|system prompt|rules|orders|anweisungen)\b\W{0,3}(?::|are\b|follow)|\bfrom now on\b|\bstop (?:being|acting as)\b|\b(?:end of|finished with the) (?:prompt|instructions?|task)/i,
  },
  {
    name: 'role-switch',
    weight: 0.5,
    pattern:
      /\b(?:you are (?:now|no longer|going to (?:be|act|pretend))|you will (?:now )?(?:act|behave|respond|pretend|play|be acting)|pretend (?:to be|you are|that you)|act as (?:if you|an? (?:unrestricted|unfiltered|evil|hacker|linux|ai))|roleplay as|immerse yourself|simulate (?:a|an|being)|du bist (?:jetzt|nun)|stell dir vor)\b/i,
  },
  {
    name: 'persona',
    weight: 1,
    pattern:
      /\b(?:DAN (?:mode|prompt)|do anything now|(?:jailbreak|developer|god|sudo|unrestricted|debug|evil|dan|opposite) mode|jailbroken|stay in character|STAN\b.{0,30}strive to avoid|AIM\b.{0,30}always intelligent|evil[- ]?bot)\b/i,
  },
  {
    name: 'no-limits',
    weight: 0.5,
    pattern:
      /\b(?:without|no|free (?:of|from)|break(?:ing)?|not (?:bound|limited|restricted) by|ignor\w{1,3})\W{1,3}(?:\w{1,12}\W{1,3}){0,3}?(?:restrictions?|limitations?|filters?|censorship|guidelines|moral(?:s|ity)?|ethics|ethical|safety|policies|content policy|warnings)\b|\bnever (?:refuse|say no|decline|apologi[sz]e)\b|\b(?:can|will|must) (?:not|never) (?:refuse|decline|reject)\b/i,
  },
  {
    name: 'exfiltration',
    weight: 1,
    pattern:
      /\b(?:reveal|show|print|repeat|output|display|tell|give|disclose|leak|spell|write|return|what (?:is|are|was|were)|zeige?|nenne)\b(?:\W{1,3}\w{1,15}){0,6}?\W{1,3}(?:your|the|its|deine|above|all)\W{1,3}(?:\w{1,15}\W{1,3}){0,2}?(?:system (?:prompt|message)|(?:initial|original|hidden|secret|previous|first|full) (?:instructions?|prompts?|text|conversation)|(?:secret|access|hidden) (?:key|word|code|password)|instructions (?:above|before|you were given)|pre-?prompt)/i,
  },
  {
    name: 'template-marks',
    weight: 1,
    pattern:
      /<\|(?:im_start|im_end|system|endoftext|start_header_id|eot_id)\|>|\[\/?INST\]|<<\/?SYS>>|^#{2,4} ?(?:system|instruction)s?:?\s*$|^\[?(?:system|admin|developer)\]?(?: message| override| note)?\s?: .{0,40}\b(?:you|ignore|override|must)\b/im,
  },
  {
    name: 'hidden-from-user',
    weight: 1,
    pattern:
      /\b(?:do not|don't|never|without) (?:tell|telling|inform|informing|mention|mentioning|reveal|alert)\w{0,3}(?:\W{1,3}\w{1,12}){0,5}?\W{1,3}(?:user|human)\b/i,
  },
]

/** @param maxLength characters of each part that are read */
export function judgeInjection(parts: readonly TextPart[], maxLength: number): InjectionVerdict {
  const found = new Map<string, number>()
  let left = maxLength
  for (const { role, kind, text } of parts) {
    if (left <= 0) break
    if ((role !== 'user' && role !== 'tool') || kind === 'id') continue
    const read = normalize(text.slice(0, left), kind === 'json').text
    left -= text.length
    for (const { name, weight, pattern } of FAMILIES) {
      if (!found.has(name) && pattern.test(read)) found.set(name, weight)
    }
  }
  const score = [...found.values()].reduce((sum, weight) => sum + weight, 0)
  return { flagged: score >= THRESHOLD, score, reasons: [...found.keys()] }
}
