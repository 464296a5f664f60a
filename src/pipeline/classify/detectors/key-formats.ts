/**
 * Keys that providers mark by a prefix, and tokens of a shape of their own. To add one: a row. The shapes are facts
 * published by the providers; lengths are lower bounds where they have changed over time.
 */
import type { Check, KeyFormat } from './key-format.ts'

const HEX = '[a-fA-F0-9]'
const ALNUM = '[A-Za-z0-9]'
const WORD = String.raw`[\w-]`
const DOTTED = String.raw`[\w.=-]`
const BASE64 = '[A-Za-z0-9+/]'
const UUID = `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`
const END = String.raw`(?!\w)`

/** Kind, prefixes, and what follows them. */
type Prefixed = readonly [kind: string, prefixes: string, body: string, check?: Check]

const PREFIXED: readonly Prefixed[] = [
  // Models
  ['api-key', 'sk-', `${WORD}{16,256}`, 'digits'],
  ['api-key', 'gsk_ nvapi- pplx- llx- tgp_v1_ jina_ xai-', `${WORD}{20,256}`],
  ['api-key', 'r8_ fw_ tvly- csk- rpa_ rnd_ alcht_', `${WORD}{20,128}`, 'digits'],
  ['api-key', 'lsv2_pt_ lsv2_sk_', `${HEX}{32}_${HEX}{10}`],
  ['api-key', 'e2b_ fc-', `${HEX}{32,40}${END}`],
  ['huggingface-token', 'hf_', `${ALNUM}{20,64}`],
  ['huggingface-token', 'api_org_', '[A-Za-z]{34}'],
  // Clouds
  ['aws-key', 'AKIA ASIA ABIA ACCA', `[A-Z0-9]{16}${END}`],
  ['aws-key', 'A3T', `[A-Z0-9]{17}${END}`, 'digits'],
  ['aws-key', 'ABSK', `${BASE64}{109,269}={0,2}`],
  ['aws-key', 'amzn.mws.', '[0-9a-z-]{36}'],
  ['aws-key', 'amzn1.oa2-cs.v1.', `${HEX}{64}`],
  ['aws-key', 'bedrock-api-key-', `YmVkcm9jay5hbWF6b25hd3MuY29t${BASE64}{0,2000}`, 'any'],
  ['aws-key', 'da2-', `[a-z0-9]{26}${END}`, 'digits'],
  ['google-key', 'AIza', `${WORD}{35}`],
  ['google-key', 'GOCSPX-', `${WORD}{20,40}`],
  ['google-key', 'ya29.', `${WORD}{20,512}`],
  ['google-key', '1//0', `${WORD}{40,128}`],
  ['azure-key', 'AccountKey= SharedAccessKey=', `${BASE64}{40,100}={0,2}`],
  ['alibaba-key', 'LTAI', `${ALNUM}{12,24}${END}`],
  ['tencent-key', 'AKID', `${ALNUM}{32}${END}`],
  ['yandex-key', 'AQVN', `${WORD}{35,38}`],
  ['yandex-key', 'YC', `${WORD}{38}${END}`, 'random'],
  ['yandex-key', 't1.', String.raw`[A-Z0-9a-z_-]{1,64}={0,2}\.[\w-]{80,100}={0,2}`],
  ['yandex-key', 'y0_ y1_ y2_ y3_', `${WORD}{50,70}`],
  ['digitalocean-token', 'doo_v1_ dop_v1_ dor_v1_', `${HEX}{64}`],
  ['cloudflare-key', 'v1.0-', `${HEX}{24}-${HEX}{146}`],
  ['cloudflare-key', 'cfat_ cfut_ cfk_', `${ALNUM}{40,64}`],
  ['heroku-key', 'HRKU-', `${WORD}{36,64}`],
  ['fly-token', 'fo1_', `${WORD}{43}`],
  ['fly-token', 'fm1a_ fm1r_ fm2_', `${BASE64}{80,1024}={0,3}`],
  ['vercel-token', 'vcp_ vci_ vca_ vcr_ vck_', `${ALNUM}{24,64}`],
  ['netlify-token', 'nfp_ nfc_ nfo_ nfu_ nfb_', `${ALNUM}{36}`],
  ['scalingo-token', 'tk-us-', `${WORD}{40,64}`],
  ['tailscale-key', 'tskey-', `${WORD}{16,96}`, 'digits'],
  ['openshift-token', 'sha256~', `${WORD}{43}`],
  ['akamai-key', 'akab-', `[a-z0-9]{16}-[a-z0-9]{16}`],
  // Code, packages, builds
  ['github-token', 'ghp_ gho_ ghu_ ghs_ ghr_', String.raw`\w{20,255}`],
  ['github-token', 'github_pat_', String.raw`\w{20,255}`],
  [
    'gitlab-token',
    'glpat- glptt- gloas- gldt- glrt- glrtr- glcbt- glft- glsoat- glimt- glagent- glffct- glwt-',
    `${DOTTED}{16,128}`,
  ],
  ['gitlab-token', 'GR1348941', `${WORD}{20}`],
  ['gitlab-token', '_gitlab_session=', '[0-9a-z]{32}'],
  ['npm-token', 'npm_', `${ALNUM}{30,64}`],
  ['pypi-token', 'pypi-', `${WORD}{50,512}`],
  ['rubygems-token', 'rubygems_', `${HEX}{48}`],
  ['nuget-key', 'oy2', `[a-z0-9]{43}${END}`, 'random'],
  ['clojars-token', 'CLOJARS_', `[a-z0-9]{60}`],
  ['docker-token', 'dckr_pat_ dckr_oat_', `${WORD}{27,64}`],
  ['docker-token', 'SWMTKN-1- SWMKEY-1-', `[A-Za-z0-9+/-]{40,128}`],
  ['bitbucket-token', 'ATBB ATCTT3', `${DOTTED}{24,256}`, 'digits'],
  ['atlassian-token', 'ATATT3 ATOA', `${DOTTED}{40,256}`, 'digits'],
  ['artifactory-token', 'AKCp', `${ALNUM}{60,80}${END}`],
  ['artifactory-token', 'cmVmdGtu', `${ALNUM}{52,64}${END}`],
  ['octopus-key', 'API-', `[A-Z0-9]{26}${END}`, 'digits'],
  ['buildkite-token', 'bkua_', '[a-z0-9]{40}'],
  ['circleci-token', 'CCIPAT_ CCIPRJ_', `${ALNUM}{22}_${HEX}{40}`],
  ['sonar-token', 'squ_ sqp_ sqa_', `${ALNUM}{40}`],
  ['sourcegraph-token', 'sgp_', `(?:${HEX}{16}_|local_)?${HEX}{40}${END}`],
  ['sourcegraph-token', 'slk_', `${HEX}{64}`],
  ['postman-key', 'PMAK-', `${HEX}{24}-${HEX}{34}`],
  ['readme-key', 'rdme_', '[a-z0-9]{70}'],
  ['prefect-token', 'pnu_', `${ALNUM}{36}`],
  ['pulumi-token', 'pul-', `${HEX}{40}`],
  ['doppler-token', 'dp.', String.raw`(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,80}`],
  ['infracost-key', 'ico-', `${ALNUM}{32}${END}`, 'digits'],
  ['harness-key', 'pat. sat.', String.raw`[\w-]{22}\.${ALNUM}{24}\.${ALNUM}{20}`],
  ['settlemint-token', 'sm_pat_ sm_aat_ sm_sat_', `${ALNUM}{16}`],
  // Secrets managers
  ['vault-token', 'hvs. hvb. hvr.', `${WORD}{20,300}`],
  ['age-key', 'AGE-SECRET-KEY-1', '[A-Z0-9]{50,60}', 'any'],
  ['1password-key', 'A3-', `[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}`],
  ['1password-key', 'ops_eyJ', `[A-Za-z0-9+/_-]{200,2000}={0,3}`],
  ['nkey-seed', 'SU SA SO SN', `[A-Z2-7]{56}${END}`],
  ['bitcoin-key', 'xprv', `[1-9A-HJ-NP-Za-km-z]{100,112}`],
  // Messages
  [
    'slack-token',
    'xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xoxb- xoxe.xoxp- xapp-',
    `${WORD}{10,256}`,
    'digits',
  ],
  ['slack-token', 'hooks.slack.com/', String.raw`(?:services|workflows|triggers)/[\w/+-]{20,100}`],
  ['discord-token', 'api/webhooks/', String.raw`\d{17,20}/[\w-]{60,70}`],
  ['teams-webhook', 'webhook.office.com/', String.raw`[\w@/-]{70,300}`],
  ['sendgrid-key', 'SG.', String.raw`[\w=-]{16,40}[.=]?[\w=-]{16,60}`, 'random'],
  ['sendinblue-key', 'xkeysib-', `${HEX}{64}-${ALNUM}{16}`],
  ['mailgun-key', 'key- pubkey-', `${HEX}{32}${END}`],
  ['twilio-key', 'SK AC', `${HEX}{32}${END}`],
  ['telnyx-key', 'KEY0', String.raw`[A-F0-9]{29,40}_\w{16,30}`],
  // Money
  ['stripe-key', 'sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ pk_live_ pk_test_', String.raw`\w{10,128}`],
  ['stripe-key', 'whsec_', `${BASE64}{30,64}`],
  ['square-key', 'sq0atp- sq0csp- sq0idp-', `${WORD}{22,43}`],
  ['square-key', 'EAAA', `${WORD}{56,60}${END}`],
  ['paypal-token', 'access_token$', String.raw`(?:production|sandbox)\$[0-9a-z]{16}\$${HEX}{32}`],
  ['razorpay-key', 'rzp_live_ rzp_test_', `${ALNUM}{14}`],
  ['flutterwave-key', 'FLWSECK FLWPUBK', `(?:_TEST)?-${HEX}{12,32}(?:-X)?`],
  ['shippo-token', 'shippo_live_ shippo_test_', `${HEX}{40}`],
  ['easypost-key', 'EZAK EZTK', `${ALNUM}{54}${END}`],
  ['duffel-token', 'duffel_test_ duffel_live_', `${DOTTED}{40,48}`],
  ['plaid-token', 'access-production- access-sandbox- access-development-', UUID],
  ['shop-token', 'shpat_ shpca_ shppa_ shpss_', `${HEX}{32}`],
  // Data and telemetry
  ['databricks-token', 'dapi', `[a-h0-9]{32}(?:-\\d)?`],
  ['planetscale-token', 'pscale_tkn_ pscale_pw_ pscale_oauth_', `${DOTTED}{28,64}`],
  ['supabase-key', 'sbp_ sbp_v0_', `${HEX}{40}`],
  ['supabase-key', 'sb_secret_', `${WORD}{28,48}`],
  ['neon-key', 'napi_', '[a-z0-9]{60,70}'],
  ['cockroach-key', 'CCDB1_', `${ALNUM}{22}_${ALNUM}{40}`],
  ['elastic-key', 'essu_', '[A-Za-z0-9=]{40,128}'],
  ['dynatrace-token', 'dt0c01. dt0s01. dt0s16.', String.raw`[A-Za-z0-9]{24}\.[A-Za-z0-9]{60,64}`],
  ['newrelic-key', 'NRAK-', `[A-Za-z0-9]{27}`],
  ['newrelic-key', 'NRII- NRJS- NRBR- NRRA-', `${WORD}{19,42}`, 'digits'],
  ['sentry-token', 'sntrys_', '[A-Za-z0-9+/=_-]{60,600}'],
  ['sentry-token', 'sntryu_', `${HEX}{64}`],
  ['grafana-key', 'glc_', `[A-Za-z0-9+/]{32,400}={0,3}`, 'digits'],
  ['grafana-key', 'glsa_', `${ALNUM}{32}_${HEX}{8}`],
  ['grafana-key', 'eyJrIjoi', `${BASE64}{60,400}={0,3}`],
  ['posthog-key', 'phx_ phc_', `${ALNUM}{40,60}`],
  // Offices and media
  ['notion-token', 'ntn_', `${ALNUM}{40,50}`],
  ['notion-token', 'secret_', `${ALNUM}{43}${END}`],
  ['linear-key', 'lin_api_ lin_oauth_', `${ALNUM}{32,64}`],
  ['figma-token', 'figd_ figu_ figr_ figo_', `${WORD}{36,64}`],
  ['airtable-token', 'pat', String.raw`[A-Za-z0-9]{14}\.[a-f0-9]{64}`],
  ['typeform-token', 'tfp_', `${DOTTED}{40,64}`],
  ['hubspot-token', 'pat-na1- pat-na2- pat-eu1-', UUID],
  ['contentful-token', 'CFPAT-', `${WORD}{40,48}`],
  ['frameio-token', 'fio-u-', `${DOTTED}{60,68}`],
  ['salesforce-token', '00D', String.raw`${ALNUM}{12,15}![\w.]{60,140}`],
  ['salesforce-token', '3MVG', String.raw`[\w.]{60,120}`],
  ['adobe-secret', 'p8e-', `[a-z0-9]{32}`, 'digits'],
  ['instagram-token', 'IGQ', `${WORD}{60,300}`],
  ['facebook-token', 'EAAC EAAM EAAG EAAB', `${ALNUM}{40,300}`],
  ['dropbox-token', 'sl.', `${WORD}{60,200}`, 'digits'],
  ['wechat-id', 'wx', `${HEX}{16}${END}`],
  ['network-key', 'dnkey-', `${DOTTED}{70,100}`],
]

const SHAPED: readonly KeyFormat[] = [
  // A header and claims, each JSON in base64. The signature may be missing.
  {
    kind: 'jwt',
    literals: ['eyJ'],
    pattern: String.raw`(?<![\w-])eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}(?:\.[\w-]{1,2000})?`,
  },
  // Private keys without their armour: a sequence that begins with version 0 (RSA, PKCS8), or an EC key.
  { kind: 'private-key', literals: ['MII'], pattern: `MII${BASE64}{3}IBA[ADF]${BASE64}{40,4000}` },
  // A JSON Web Key with its private part.
  {
    kind: 'private-key',
    literals: ['"d"', '"k"'],
    pattern: String.raw`(?<head>"[dk]"\s{0,4}:\s{0,4}")(?<value>[\w-]{16,700})"`,
    within: true,
    check: 'random',
  },
  { kind: 'mailchimp-key', literals: ['-us'], pattern: String.raw`${ALNUM}{32}-us\d{1,2}${END}`, back: 32 },
  { kind: 'newrelic-key', literals: ['NRAL'], pattern: `${HEX}{36}NRAL${END}`, back: 36, within: true },
  { kind: 'azure-secret', literals: ['Q~'], pattern: String.raw`[\w.~-]{3}\dQ~[\w.~-]{31,34}`, back: 4 },
  {
    kind: 'terraform-token',
    literals: ['.atlasv1.'],
    pattern: String.raw`${ALNUM}{14}\.atlasv1\.[\w=-]{60,70}`,
    back: 14,
  },
  { kind: 'maxmind-key', literals: ['_mmk'], pattern: String.raw`\w{6}_\w{29}_mmk${END}`, back: 36 },
  {
    kind: 'api-key',
    literals: ['T3BlbkFJ'],
    pattern: `${ALNUM}{20}T3BlbkFJ${ALNUM}{20}`,
    back: 20,
    within: true,
  },
  {
    kind: 'mapbox-token',
    literals: ['pk.', 'sk.'],
    pattern: String.raw`[ps]k\.[A-Za-z0-9]{50,70}\.[\w-]{22}`,
  },
  {
    kind: 'telegram-token',
    literals: [':AA'],
    pattern: String.raw`\d{8}:AA[\w-]{32,33}${END}`,
    back: 8,
    within: true,
  },
  {
    kind: 'facebook-token',
    literals: ['|'],
    pattern: String.raw`\d{15}\|[\w-]{26,40}${END}`,
    back: 15,
    within: true,
  },
  // Credentials of a gem server, as Bundler reads them from the environment.
  {
    kind: 'gem-credentials',
    literals: ['contribsys__com'],
    pattern: String.raw`(?<head>contribsys__com\s{0,3}[:=]{1,2}\s{0,3}["']?)(?<value>[a-f0-9]{8}:[a-f0-9]{8})`,
    flags: 'i',
    within: true,
  },
  // scheme://user:password@host
  {
    kind: 'url-password',
    literals: ['://'],
    pattern: String.raw`(?<head>://[^\s/:@'"<>]{0,100}:)(?<value>[^\s/@'"<>]{3,200})@[\w.[-]`,
    within: true,
  },
]

export const KEY_FORMATS: readonly KeyFormat[] = [...PREFIXED.map(toFormat), ...SHAPED]

function toFormat([kind, prefixes, body, check]: Prefixed): KeyFormat {
  const literals = prefixes.split(' ')
  const any = literals.map((literal) => literal.replaceAll(/[.$/]/g, String.raw`\$&`)).join('|')
  return { kind, literals, pattern: `(?:${any})${body}`, ...(check !== undefined && { check }) }
}
