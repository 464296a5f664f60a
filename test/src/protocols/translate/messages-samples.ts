/** Small parts of requests, in Anthropic's protocol and as chat has them. */
import type Anthropic from '@anthropic-ai/sdk'

type Blocks = Anthropic.ContentBlockParam[]
type Turn = Anthropic.MessageParam

export const user = (...content: Blocks): Turn => ({ role: 'user', content })
export const assistant = (...content: Blocks): Turn => ({ role: 'assistant', content })
export const text = (said: string): Anthropic.TextBlockParam => ({ type: 'text', text: said })

export const png: Anthropic.ImageBlockParam = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'QUJD' },
}
export const pngPart: unknown = { type: 'image_url', image_url: { url: 'data:image/png;base64,QUJD' } }

export const pdf: Anthropic.DocumentBlockParam = {
  type: 'document',
  title: 'a.pdf',
  source: { type: 'base64', media_type: 'application/pdf', data: 'QUJD' },
}
export const pdfPart: unknown = {
  type: 'file',
  file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,QUJD' },
}

/** A call of the tool `f`. */
export const use = (id: string, input: unknown): Anthropic.ToolUseBlockParam => ({
  type: 'tool_use',
  id,
  name: 'f',
  input,
})
export const call = (
  id: string,
  args: string,
): { id: string; type: 'function'; function: { name: string; arguments: string } } => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: args },
})
