/**
 * Which of the tests that vendors ship with their Python clients are run before which backend, and which are left out. Those of
 * speech, of `tests/lib` and of `tests/test_client.py` bring mocks of their own and would ask no server.
 */

export type Library = 'openai' | 'anthropic'

export interface LeftOut {
  /** Globs of test ids, below `tests/api_resources/`. One that fits no test fails the suite. */
  tests: readonly string[]
  why: string
}

export interface OwnTests {
  files: readonly string[]
  leftOut: readonly LeftOut[]
}

const CHAT = 'chat/test_completions.py'
const RESPONSES = 'test_responses.py'
const MESSAGES = 'test_messages.py'

const STORED: LeftOut = {
  tests: ['list', 'retrieve', 'update', 'delete'].map((verb) => `${CHAT}::*::test_[!p]*_${verb}*`),
  why: 'The gateway stores no completions.',
}

const KEPT: LeftOut = {
  tests: ['retrieve', 'delete', 'cancel', 'compact'].map((verb) => `${RESPONSES}::*::test_[!p]*_${verb}*`),
  why: 'The gateway keeps no responses, and serves none that a backend keeps.',
}

const NATIVE: Readonly<Record<Library, OwnTests>> = {
  openai: {
    files: [
      CHAT,
      'test_completions.py',
      'test_embeddings.py',
      RESPONSES,
      'test_models.py',
      'test_moderations.py',
      'test_images.py',
      'audio/test_transcriptions.py',
      'audio/test_translations.py',
    ],
    leftOut: [
      STORED,
      KEPT,
      {
        tests: ['edit', 'create_variation'].map((verb) => `test_images.py::*_${verb}*`),
        why: 'Of images, only their generation is served.',
      },
      { tests: ['test_models.py::*::test_[!p]*_delete*'], why: 'Models are those of the policy.' },
    ],
  },
  anthropic: { files: [MESSAGES, 'test_models.py'], leftOut: [] },
}

const TOO_MUCH =
  "Asks for all there is, with state and what the backend's protocol has no words for: refused with 400."
const ALL_PARAMS = '*_with_all_params*'

/** By what the backend speaks. */
const TRANSLATED: Readonly<Record<'chat' | 'messages', Readonly<Record<Library, OwnTests>>>> = {
  chat: {
    openai: {
      files: [RESPONSES],
      leftOut: [KEPT, { tests: [`${RESPONSES}::*_create${ALL_PARAMS}`], why: TOO_MUCH }],
    },
    anthropic: {
      files: [MESSAGES],
      leftOut: [{ tests: [`${MESSAGES}::*_create${ALL_PARAMS}`], why: TOO_MUCH }],
    },
  },
  messages: {
    openai: {
      files: [CHAT, RESPONSES],
      leftOut: [STORED, KEPT, { tests: [`*_create${ALL_PARAMS}`], why: TOO_MUCH }],
    },
    anthropic: { files: [], leftOut: [] },
  },
}

export function testsOf(library: Library, backend: 'native' | 'chat' | 'messages'): OwnTests {
  return backend === 'native' ? NATIVE[library] : TRANSLATED[backend][library]
}
