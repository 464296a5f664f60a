/** `aicc version`: what runs here. */
import { createRequire } from 'node:module'
import { Command } from 'commander'

export function versionCommand(): Command {
  return new Command('version')
    .description('print the versions of aicc, of Node and of workerd')
    .action(() => {
      console.log(`aicc ${productVersion()}`)
      console.log(`node ${process.versions.node}`)
      console.log(`workerd ${versionOf('workerd/package.json')}`)
    })
}

export function productVersion(): string {
  return versionOf('../../package.json')
}

function versionOf(manifest: string): string {
  return (createRequire(import.meta.url)(manifest) as { version: string }).version
}
