// Emitted by `aicc compile` from policies/*.yaml. Do not edit: change the policies and compile again.
import type { RouteTable } from '../table/route-table.ts'

export const routeTable: RouteTable = {
  "backends": {
    "gpu-3070": {
      "basePath": "",
      "health": null,
      "key": null,
      "kind": "demo",
      "limits": null,
      "models": {
        "coder-7b": {
          "context": 32768,
          "id": "toy"
        },
        "embed": {
          "context": 8192,
          "id": "toy"
        }
      },
      "origin": null,
      "slots": null,
      "tls": null,
      "wake": null
    },
    "gpu-3090": {
      "basePath": "",
      "health": null,
      "key": null,
      "kind": "demo",
      "limits": null,
      "models": {
        "coder-14b": {
          "context": 16384,
          "id": "toy"
        }
      },
      "origin": null,
      "slots": null,
      "tls": null,
      "wake": null
    },
    "opencode": {
      "basePath": "",
      "health": null,
      "key": null,
      "kind": "demo",
      "limits": null,
      "models": {
        "sonnet": {
          "context": 200000,
          "id": "toy"
        }
      },
      "origin": null,
      "slots": null,
      "tls": null,
      "wake": null
    }
  },
  "breaker": {
    "failuresPercent": 50,
    "longestMs": 120000,
    "minimum": 5,
    "openMs": 10000,
    "windowMs": 30000
  },
  "classify": {
    "complexity": {
      "classifier": null,
      "code": [
        "```",
        "function",
        "class ",
        "refactor",
        "stack trace",
        "unit test"
      ],
      "mediumTokens": 1024,
      "reasoning": [
        "step by step",
        "prove",
        "think hard",
        "architecture",
        "trade-off"
      ],
      "simpleTokens": 256
    },
    "decode": 1,
    "images": "label",
    "injection": {
      "action": "flag",
      "model": true,
      "off": [],
      "surfaces": [
        "chat",
        "completions",
        "embeddings",
        "responses",
        "messages",
        "count-tokens",
        "rerank",
        "transcriptions",
        "translations",
        "speech",
        "images",
        "moderations"
      ],
      "thresholds": {
        "document": 0.7,
        "tool": 0.7,
        "user": 0.55
      }
    },
    "privacy": {
      "allow": {
        "domains": [],
        "networks": [],
        "values": []
      },
      "atLeast": {},
      "detectors": [
        "secrets",
        "pii"
      ],
      "entropy": {
        "minLength": 24,
        "threshold": 4
      },
      "label": "private",
      "off": [],
      "patterns": [
        {
          "check": null,
          "flags": "iu",
          "group": null,
          "id": "codename",
          "label": "private",
          "literals": [
            "project hermes",
            "project hermeſ"
          ],
          "minEntropy": 0,
          "placeholder": null,
          "source": "project hermes"
        },
        {
          "check": null,
          "flags": "iu",
          "group": null,
          "id": "marked-confidential",
          "label": "private",
          "literals": [
            "attorney-client ",
            "company confiden",
            "highly confident",
            "streng vertrauli",
            "strictly confide",
            "tlp:amber",
            "tlp:red",
            "ſtreng vertrauli",
            "ſtrictly confide"
          ],
          "minEntropy": 0,
          "placeholder": "MARKED",
          "source": "\\b(?:(?:strictly|company|highly) confidential|attorney-client privileged|streng vertraulich|TLP:(?:RED|AMBER))\\b"
        },
        {
          "check": null,
          "flags": "iu",
          "group": null,
          "id": "internal-host",
          "label": "private",
          "literals": [
            ".corp",
            ".intranet",
            ".lan"
          ],
          "minEntropy": 0,
          "placeholder": null,
          "source": "(?<![\\w.-])[\\w-]{1,63}(?:\\.[\\w-]{1,63}){0,3}\\.(?:corp|intranet|lan)\\b"
        }
      ],
      "surfaces": [
        "chat",
        "completions",
        "embeddings",
        "responses",
        "messages",
        "count-tokens",
        "rerank",
        "transcriptions",
        "translations",
        "speech",
        "images",
        "moderations"
      ]
    },
    "scanBytes": 1048576
  },
  "clients": {
    "home": {
      "budgets": [],
      "keys": [
        {
          "deprecatedAt": null,
          "env": "AICC_CLIENT_KEY",
          "expiresAt": null
        }
      ],
      "labels": [],
      "limits": null,
      "models": null,
      "signing": null,
      "tags": []
    }
  },
  "cors": {
    "maxAgeSeconds": 600,
    "origins": []
  },
  "digest": "8fe14d8b35953e74f65459532e57a3822fe8dde2c8f1ee9e668cd93a8136fc7f",
  "labels": {
    "private": {
      "cache": "none",
      "mayReach": 2,
      "onDenied": {
        "kind": "reroute",
        "to": "fast"
      },
      "trace": "metadata-only"
    }
  },
  "limits": {
    "bodyBytes": 10485760,
    "bodyTimeoutMs": 30000,
    "failedKeys": {
      "count": 10,
      "windowMs": 60000
    },
    "headerBytes": 32768,
    "headerCount": 100,
    "perAddress": null
  },
  "listen": {
    "http": "127.0.0.1:4000",
    "https": "0.0.0.0:8443",
    "names": []
  },
  "models": {
    "auto": {
      "kind": "ruled",
      "rules": "main"
    },
    "embed": {
      "balance": "round-robin",
      "fallback": [],
      "keepAliveMs": 10000,
      "kind": "served",
      "limits": null,
      "onBreak": "terminate",
      "pool": [
        {
          "target": "gpu-3070/embed",
          "weight": 1
        }
      ],
      "retry": {
        "backoffMs": 250,
        "budgetPercent": 20,
        "longestWaitMs": 10000,
        "times": 1
      },
      "surfaces": [
        "embeddings"
      ],
      "timeouts": {
        "connectMs": 3000,
        "firstTokenMs": 60000,
        "idleMs": 30000,
        "totalMs": 600000
      }
    },
    "fast": {
      "balance": "round-robin",
      "fallback": [],
      "keepAliveMs": 10000,
      "kind": "served",
      "limits": null,
      "onBreak": "terminate",
      "pool": [
        {
          "target": "gpu-3070/coder-7b",
          "weight": 1
        }
      ],
      "retry": {
        "backoffMs": 250,
        "budgetPercent": 20,
        "longestWaitMs": 10000,
        "times": 1
      },
      "surfaces": [
        "chat",
        "completions",
        "responses",
        "messages",
        "count-tokens"
      ],
      "timeouts": {
        "connectMs": 3000,
        "firstTokenMs": 60000,
        "idleMs": 30000,
        "totalMs": 600000
      }
    },
    "long": {
      "balance": "round-robin",
      "fallback": [],
      "keepAliveMs": 10000,
      "kind": "served",
      "limits": null,
      "onBreak": "terminate",
      "pool": [
        {
          "target": "opencode/sonnet",
          "weight": 1
        }
      ],
      "retry": {
        "backoffMs": 250,
        "budgetPercent": 20,
        "longestWaitMs": 10000,
        "times": 1
      },
      "surfaces": [
        "chat",
        "completions",
        "responses",
        "messages",
        "count-tokens"
      ],
      "timeouts": {
        "connectMs": 3000,
        "firstTokenMs": 60000,
        "idleMs": 30000,
        "totalMs": 600000
      }
    },
    "quality": {
      "balance": "round-robin",
      "fallback": [
        {
          "on": [
            "connect",
            "error",
            "rate-limit",
            "timeout",
            "context",
            "auth",
            "busy"
          ],
          "target": "gpu-3070/coder-7b"
        }
      ],
      "keepAliveMs": 10000,
      "kind": "served",
      "limits": null,
      "onBreak": "terminate",
      "pool": [
        {
          "target": "gpu-3090/coder-14b",
          "weight": 1
        }
      ],
      "retry": {
        "backoffMs": 250,
        "budgetPercent": 20,
        "longestWaitMs": 10000,
        "times": 1
      },
      "surfaces": [
        "chat",
        "completions",
        "responses",
        "messages",
        "count-tokens"
      ],
      "timeouts": {
        "connectMs": 3000,
        "firstTokenMs": 120000,
        "idleMs": 30000,
        "totalMs": 600000
      }
    }
  },
  "modes": {
    "gaming-pc": {
      "host": null,
      "whenOn": "force-only"
    }
  },
  "names": {
    "3090": "auto",
    "auto": "auto",
    "big": "auto",
    "embed": "embed",
    "fast": "fast",
    "gpt-4": "auto",
    "long": "long",
    "quality": "quality",
    "small": "fast",
    "text-embedding-3-small": "embed"
  },
  "needs": {
    "complexity": true,
    "headers": [
      "x-force-big"
    ],
    "text": true,
    "time": false
  },
  "rulesets": {
    "main": [
      {
        "action": {
          "force": false,
          "kind": "route",
          "to": "fast"
        },
        "addTags": [],
        "clamp": {},
        "id": "private-stays-home",
        "redact": null,
        "set": {},
        "when": {
          "kind": "label",
          "names": [
            "private"
          ]
        }
      },
      {
        "action": {
          "kind": "block",
          "message": "This looks like a prompt injection, so no tools are offered to it.",
          "status": 403
        },
        "addTags": [],
        "clamp": {},
        "id": "injection-without-tools",
        "redact": null,
        "set": {},
        "when": {
          "kind": "all",
          "of": [
            {
              "fact": "tools",
              "is": true,
              "kind": "flag"
            },
            {
              "fact": "injection",
              "is": true,
              "kind": "flag"
            }
          ]
        }
      },
      {
        "action": {
          "force": false,
          "kind": "route",
          "to": "fast"
        },
        "addTags": [],
        "clamp": {},
        "id": "injection-stays-small",
        "redact": null,
        "set": {},
        "when": {
          "fact": "injection",
          "is": true,
          "kind": "flag"
        }
      },
      {
        "action": {
          "force": true,
          "kind": "route",
          "to": "quality"
        },
        "addTags": [],
        "clamp": {},
        "id": "forced",
        "redact": null,
        "set": {},
        "when": {
          "kind": "any",
          "of": [
            {
              "kind": "header",
              "name": "x-force-big",
              "test": {
                "anyOf": [
                  "true"
                ],
                "kind": "equals"
              }
            },
            {
              "kind": "model",
              "names": [
                "3090",
                "big"
              ],
              "prefixes": []
            },
            {
              "index": 0,
              "kind": "text"
            }
          ]
        }
      },
      {
        "action": {
          "force": false,
          "kind": "route",
          "to": "long"
        },
        "addTags": [],
        "clamp": {},
        "id": "gaming-long",
        "redact": null,
        "set": {},
        "when": {
          "kind": "all",
          "of": [
            {
              "kind": "mode",
              "name": "gaming-pc"
            },
            {
              "atLeast": 16000,
              "below": null,
              "fact": "tokens",
              "kind": "range"
            }
          ]
        }
      },
      {
        "action": {
          "force": false,
          "kind": "route",
          "to": "fast"
        },
        "addTags": [],
        "clamp": {
          "max_tokens": {
            "max": 2048,
            "min": null
          }
        },
        "id": "gaming",
        "redact": null,
        "set": {},
        "when": {
          "kind": "mode",
          "name": "gaming-pc"
        }
      },
      {
        "action": {
          "force": false,
          "kind": "route",
          "to": "long"
        },
        "addTags": [],
        "clamp": {},
        "id": "long-context",
        "redact": null,
        "set": {},
        "when": {
          "atLeast": 16000,
          "below": null,
          "fact": "tokens",
          "kind": "range"
        }
      },
      {
        "action": {
          "force": false,
          "kind": "route",
          "to": "fast"
        },
        "addTags": [],
        "clamp": {},
        "id": "simple",
        "redact": null,
        "set": {},
        "when": {
          "kind": "complexity",
          "names": [
            "simple"
          ]
        }
      },
      {
        "action": {
          "force": false,
          "kind": "route",
          "to": "quality"
        },
        "addTags": [],
        "clamp": {},
        "id": "medium",
        "redact": null,
        "set": {},
        "when": {
          "kind": "all",
          "of": [
            {
              "backend": "gpu-3090",
              "kind": "healthy"
            },
            {
              "kind": "complexity",
              "names": [
                "medium"
              ]
            }
          ]
        }
      },
      {
        "action": {
          "force": false,
          "kind": "route",
          "to": "quality"
        },
        "addTags": [],
        "clamp": {},
        "id": "complex",
        "redact": null,
        "set": {},
        "when": {
          "kind": "complexity",
          "names": [
            "complex"
          ]
        }
      },
      {
        "action": {
          "force": false,
          "kind": "route",
          "to": "fast"
        },
        "addTags": [],
        "clamp": {},
        "id": "else",
        "redact": null,
        "set": {},
        "when": null
      }
    ]
  },
  "state": null,
  "surfaces": [
    "chat",
    "completions",
    "embeddings",
    "responses",
    "messages",
    "count-tokens",
    "rerank",
    "transcriptions",
    "translations",
    "speech",
    "images",
    "moderations"
  ],
  "targets": {
    "gpu-3070/coder-7b": {
      "backend": "gpu-3070",
      "context": 32768,
      "id": "toy",
      "mode": null,
      "model": "coder-7b",
      "price": null,
      "supports": [
        "tools",
        "json"
      ],
      "zone": 2
    },
    "gpu-3070/embed": {
      "backend": "gpu-3070",
      "context": 8192,
      "id": "toy",
      "mode": null,
      "model": "embed",
      "price": null,
      "supports": null,
      "zone": 2
    },
    "gpu-3090/coder-14b": {
      "backend": "gpu-3090",
      "context": 16384,
      "id": "toy",
      "mode": "gaming-pc",
      "model": "coder-14b",
      "price": null,
      "supports": [
        "tools",
        "json"
      ],
      "zone": 1
    },
    "opencode/sonnet": {
      "backend": "opencode",
      "context": 200000,
      "id": "toy",
      "mode": null,
      "model": "sonnet",
      "price": null,
      "supports": [
        "tools",
        "vision",
        "json"
      ],
      "zone": 0
    }
  },
  "texts": [
    {
      "caseSensitive": false,
      "in": "user",
      "test": {
        "anyOf": [
          "#force_big"
        ],
        "kind": "contains"
      }
    }
  ],
  "timeZone": "UTC",
  "version": 2,
  "wildcards": [
    {
      "model": "long",
      "prefix": "claude-"
    },
    {
      "model": "auto",
      "prefix": "gpt-4"
    }
  ],
  "zones": [
    "cloud",
    "lan",
    "local"
  ]
}
