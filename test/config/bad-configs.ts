/** Files that cannot be used, by what is wrong with them; test/golden/config-errors.txt holds what is said about each. */
export const BAD_CONFIGS: Readonly<Record<string, string>> = {
  "empty file": " \n",
  "comma after the last entry": `{
  "bgp": { "local": { "routerID": "10.88.0.200", "as": 65512, } }
}`,
  "missing comma": `{
  "bgp": {}
  "service": {}
}`,
  "cut off": `{
  "services": [
    { "name": "web"`,
  comment: `{
  // the routers
  "bgp": {}
}`,
  "secret on a broken line": `{
  "services": [{ "healthchecks": [{ "kind": "http", "headers": { "Authorization": "Bearer 12345" "Accept": "x" } }] }]
}`,
  "not an object": `[ "bgp" ]`,
  "nothing in it": "{}",
  "misspelt keys": `{
  "bgp": {
    "peers": [{ "adress": "10.88.0.253", "as": 65512 }],
    "local": { "routerId": "10.88.0.200", "as": 65512, "listenport": -1 }
  },
  "service": {
    "name": "web",
    "ip": "10.88.2.1",
    "routerID": "10.88.0.200",
    "helthchecks": [{ "kind": "tcp", "port": 80, "intervall": "1s" }],
    "colour": "red"
  }
}`,
  "wrong types": `{
  "bgp": { "peers": { "address": "10.88.0.253" }, "local": { "routerID": 10, "as": "65512", "listenPort": null } },
  "services": [
    { "name": 5, "ip": ["10.88.2.1"], "ports": [80], "httphealthcheck": 8080 }
  ],
  "withdrawHold": 2,
  "reconcileInterval": "10 sec"
}`,
  "no health check": `{
  "bgp": {
    "peers": [{ "address": "10.88.0.253", "as": 65512 }],
    "local": { "routerID": "10.88.0.200", "as": 65512 }
  },
  "service": { "name": "web", "ip": "10.88.2.1", "ports": [{ "servicePort": 80, "targetLocalPort": 8080 }], "protocol": "tcp" }
}`,
  "out of range": `{
  "bgp": {
    "peers": [{ "address": "10.88.0.253", "as": 4294967296 }, { "address": "router1", "as": 0, "port": 0 }],
    "local": { "routerID": "10.88.0.300", "as": 0, "listenPort": 65536 }
  },
  "services": [
    {
      "name": "a-name-that-is-too-long",
      "interface": "eth/0",
      "vips": ["10.88.2.1/33", "0.0.0.0/0", { "ip": "10.88.2.2", "prefixLength": 0 }, { "ip": "10.88.2.3", "prefixLength": 64 }],
      "ports": [{ "servicePort": 70000, "targetLocalPort": 80.5, "protocol": "icmp" }],
      "ipvs": { "scheduler": "rrr", "flags": ["sh-prt"], "forwarding": "tunnel", "weight": 0 },
      "httphealthcheck": { "port": 0, "scheme": "ftp" },
      "healthchecks": [{ "kind": "htp" }, { "kind": "tcp", "port": 80, "interval": "1", "rise": 0 }, {}]
    }
  ]
}`,
  "addresses that cannot be announced": `{
  "bgp": { "peers": [{ "address": "10.88.0.253", "as": 65512 }], "local": { "routerID": "10.88.0.200", "as": 65512 } },
  "services": [
    {
      "name": "web",
      "vips": ["127.0.0.1", "224.0.0.5", "169.254.1.1", "255.255.255.255", "::", "::1", "fe80::1", "ff02::1", "::ffff:10.88.2.1", "10.88.02.1"],
      "healthchecks": [{ "kind": "tcp", "port": 80 }]
    },
    { "name": "six", "vips": ["2001:db8::1"], "healthchecks": [{ "kind": "tcp", "port": 80 }] }
  ]
}`,
  "claims that collide": `{
  "bgp": {
    "peers": [{ "address": "10.88.0.253", "as": 65512 }, { "address": "10.88.0.253", "as": 65513 }],
    "local": { "routerID": "10.88.0.200", "as": 65512, "nextHop": { "ipv6": "2001:db8::200" } }
  },
  "service": {
    "name": "web",
    "vips": ["10.88.2.1", "10.88.0.200", "10.88.2.1/32", "2001:DB8:0::200"],
    "ports": [{ "servicePort": 80, "targetLocalPort": 8080 }, { "servicePort": 80, "targetLocalPort": 8081 }],
    "protocol": "TCP",
    "healthchecks": [{ "kind": "tcp", "port": 8080 }]
  },
  "services": [
    {
      "name": "web",
      "vips": ["10.88.2.1", "10.88.0.253"],
      "ports": [{ "servicePort": 80, "targetLocalPort": 8080, "protocol": "tcp" }],
      "healthchecks": [{ "kind": "tcp", "port": 8080 }]
    },
    { "name": "net", "vips": ["10.88.0.1/24", "10.88.2.1/31"], "healthchecks": [{ "kind": "tcp", "port": 8080 }] }
  ]
}`,
  "what does not go together in a service": `{
  "bgp": {
    "gobgp": { "address": "127.0.0.1", "tls": { "cert": "client.pem" } },
    "peers": [{ "address": "10.88.0.253", "as": 65512 }],
    "local": { "routerID": "10.88.0.200", "as": 65512 }
  },
  "services": [
    {
      "name": "web",
      "ip": "10.88.2.1",
      "vips": ["10.88.2.2"],
      "ports": [{ "servicePort": 80, "targetLocalPort": 8080 }],
      "ipvs": { "flags": ["mh-port"], "forwarding": "direct" },
      "pinghealthcheck": { "addresses": [] }
    },
    { "name": "dns", "prefixLength": 24, "vips": ["10.88.2.3/24"], "healthchecks": [{ "kind": "exec", "command": [] }] }
  ]
}`,
  "attributes of the announcement": `{
  "bgp": { "local": { "routerID": "10.88.0.200", "as": 65512 } },
  "services": [
    {
      "name": "web",
      "ip": "10.88.2.1",
      "announce": { "med": -1, "localPref": 4294967296, "communities": ["65000:70000", "no-exprt", 5], "largeCommunities": ["65000:1"], "asPath": [] },
      "healthchecks": [{ "kind": "tcp", "port": 80 }]
    },
    { "name": "dns", "ip": "10.88.2.2", "announce": { "med": 5 }, "healthchecks": [{ "kind": "tcp", "port": 53 }] },
    { "name": "dot", "ip": "10.88.2.2", "announce": { "med": 6, "communities": ["no-export"] }, "healthchecks": [{ "kind": "tcp", "port": 853 }] },
    { "name": "doh", "ip": "10.88.2.2", "healthchecks": [{ "kind": "tcp", "port": 443 }] }
  ]
}`,
  "terms of peers": `{
  "bgp": {
    "local": { "routerID": "10.88.0.200", "as": 65512 },
    "peers": [
      { "address": "10.88.0.1", "as": 65513, "password": "s3cret", "holdTime": 0 },
      { "address": "10.88.0.2", "as": 65513, "passwordFile": "s3cret", "holdTime": 2.5 },
      { "address": "10.88.0.3", "as": 65513, "passwordFile": "/nowhere/router.password", "multihop": 1 },
      { "address": "10.88.0.4", "as": 65513, "passwordFile": "/dev/null", "multihop": 2, "ttlSecurity": 255 },
      { "address": "10.88.0.5", "as": 65513, "passwordFile": 12345, "ttlSecurity": true, "passwordfile": "" }
    ]
  },
  "services": []
}`,
  "shared mode": `{
  "bgp": { "mode": "shared", "peers": [{ "address": "10.88.0.253", "as": 65512 }] },
  "service": { "name": "web", "ip": "10.88.2.1", "healthchecks": [{ "kind": "tcp", "port": 80 }] }
}`,
  "repeated keys and secrets": `{
  "bgp": { "local": { "routerID": "10.88.0.200", "as": 65512 }, "local": {} },
  "service": {
    "name": "web", "Name": "dns",
    "ip": "10.88.2.1",
    "healthchecks": [{ "kind": "http", "port": 80, "headers": { "X-Token": 12345, "bad name": "s3cret" }, "password": "s3cret" }]
  }
}`,
  "text that would change a terminal": `{ "bgp": { "local": { "routerID": "\\u001b[31m\\u202e10.88.0.200", "as": 65512 } }, "\\u001b]0;x": 1, "service": "${"x".repeat(200)}" }`,
};
