/**
 * llama.cpp for this machine, from the sources that PyPI has: its own server, and the one of `llama-cpp-python`. It takes
 * about forty minutes on two cores, once: what was built stays below `node_modules/.cache/`.
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

const SOURCE = 'llama-cpp-python==0.3.36'
const MODEL_TOOLS = ['gguf==0.19.0', 'numpy==2.4.6']
/** Another version is built anew. */
const CACHE: string = fileURLToPath(new URL(`../../../node_modules/.cache/${SOURCE}`, import.meta.url))

const BUILD_MS = 60 * 60_000
const OF_BOTH = [
  '-DGGML_NATIVE=OFF',
  '-DGGML_OPENMP=OFF',
  '-DLLAMA_BUILD_TESTS=OFF',
  '-DLLAMA_BUILD_EXAMPLES=OFF',
]
const OF_PACKAGE = [...OF_BOTH, '-DLLAMA_BUILD_TOOLS=OFF', '-DLLAMA_BUILD_SERVER=OFF', '-DLLAVA_BUILD=OFF']
/** Little is optimised: it answers in tokens of a model of one layer. */
const OF_SERVER = [
  ...OF_BOTH,
  '-DCMAKE_BUILD_TYPE=None',
  '-DCMAKE_C_FLAGS=-O2',
  '-DCMAKE_CXX_FLAGS=-O1',
  '-DBUILD_SHARED_LIBS=OFF',
  '-DLLAMA_BUILD_APP=OFF',
  '-DLLAMA_BUILD_UI=OFF',
  '-DLLAMA_USE_PREBUILT_UI=OFF',
  '-DLLAMA_OPENSSL=OFF',
]

export interface Llama {
  python: string
  /** llama.cpp's own server. */
  server: string
}

/** @returns null where it cannot be built, after it has said why */
export async function buildLlama(): Promise<Llama | null> {
  const python = join(CACHE, 'venv/bin/python')
  const server = join(CACHE, 'llama-server')
  try {
    await mkdir(CACHE, { recursive: true })
    if (!(await exists(python))) await nicely('python3', ['-m', 'venv', join(CACHE, 'venv')])
    const pip = (...args: string[]): Promise<unknown> => nicely(python, ['-m', 'pip', '--quiet', ...args])
    await pip('install', ...MODEL_TOOLS, SOURCE.replace('==', '[server]=='))
    if (!(await exists(server))) await buildServer(server, pip)
    return { python, server }
  } catch (error) {
    const { message, cmd, stderr = '' } = error as Error & { cmd?: string; stderr?: string }
    // Else no program has failed, but this file.
    if (cmd === undefined) throw error
    const last = stderr.trim().split('\n').at(-1) ?? ''
    console.log(`llama.cpp is skipped, it cannot be built here: ${message.split('\n')[0]} ${last}`)
    return null
  }
}

async function buildServer(server: string, pip: (...args: string[]) => Promise<unknown>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-llama-'))
  try {
    await pip('download', '--no-deps', '--no-binary', 'llama-cpp-python', '--dest', folder, SOURCE)
    const [archive = ''] = await readdir(folder)
    await nicely('tar', ['-xzf', join(folder, archive), '--strip-components=1', '-C', folder])
    const build = join(folder, 'build')
    await nicely('cmake', ['-S', join(folder, 'vendor/llama.cpp'), '-B', build, ...OF_SERVER])
    await nicely('cmake', ['--build', build, '--target', 'llama-server'])
    // One file: its libraries are linked in.
    await copyFile(join(build, 'bin/llama-server'), server)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function nicely(program: string, args: readonly string[]): Promise<unknown> {
  return await run('nice', ['-n', '15', program, ...args], {
    timeout: BUILD_MS,
    maxBuffer: 256 * 1024 * 1024,
    env: {
      ...process.env,
      CMAKE_ARGS: OF_PACKAGE.join(' '),
      CMAKE_BUILD_PARALLEL_LEVEL: '2',
    },
  })
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
