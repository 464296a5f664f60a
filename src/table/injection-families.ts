export type InjectionFamily =
  | 'override'
  | 'clean-slate'
  | 'new-orders'
  | 'role-play'
  | 'developer-mode'
  | 'no-limits'
  | 'prompt-extraction'
  | 'markup'
  | 'hide-from-user'

/** Families of phrases that the injection guard looks for, with what each is about. A test holds them to its rules. */
export const INJECTION_FAMILIES: Readonly<Record<InjectionFamily, string>> = {
  override: 'to set aside what was said before',
  'clean-slate': 'to forget everything',
  'new-orders': 'new orders from now on',
  'role-play': 'to be somebody else',
  'developer-mode': 'a mode without restrictions',
  'no-limits': 'to have no limits, never to refuse',
  'prompt-extraction': 'to give away the system prompt',
  markup: 'marks that open a turn of the system',
  'hide-from-user': 'to keep something from the user',
}
