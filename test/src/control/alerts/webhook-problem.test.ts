import { describe, expect, it } from 'vitest'
import { webhookProblem } from '../../../../src/control/alerts/webhook-problem.ts'

const OPEN = 'begins with http://, which anybody on the way could read: use https://'

describe('webhookProblem', () => {
  it.each([
    ['https://hooks.example.com/services/T/B/x', null],
    ['http://127.0.0.1:8065/hooks/x', null],
    ['http://localhost/hooks/x', null],
    ['http://mattermost:8065/hooks/x', null],
    ['http://chat.lan/hooks/x', null],
    ['http://192.168.1.7/hooks/x', null],
    ['http://172.20.0.5/hooks/x', null],
    ['http://[::1]:8065/hooks/x', null],
    ['http://[fd12:3456::1]/hooks/x', null],
    ['http://hooks.example.com/x', OPEN],
    ['http://8.8.8.8/x', OPEN],
    ['http://172.32.0.1/x', OPEN],
    ['http://10.example.com/x', OPEN],
    ['http://[2001:db8::1]/x', OPEN],
    ['https://me:pass@hooks.example.com/x', 'holds a user name or a password'],
    ['ftp://hooks.example.com/x', 'does not begin with https:// or http://'],
    ['hooks.example.com/x', 'is no URL'],
  ])('%s: %s', (url, problem) => {
    expect(webhookProblem(url)).toBe(problem)
  })
})
