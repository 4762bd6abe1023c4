export const id=6647;export const ids=[6647];export const modules={7227:((e,t,n)=>{n.r(t),n.d(t,{registryInit:()=>w});var r=n(4024),i=n(3987),a=n(7223),o=n(3475),s=n(8509),c=n(5457),l=n(6760),u=n(3024);let d=()=>{let e=(0,i.w)(o.y,{target:`draft-2020-12`,reused:`inline`});return`${JSON.stringify({title:`A line of the index of a registry of Experts`,...e},null,2)}\n`},f=()=>`      - uses: actions/checkout@d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0
        with:
          fetch-depth: 0
          persist-credentials: false`,p=e=>`\${{ ${e} }}`,m=({header:e,action:t})=>`${e}# Publishes what a tag asks for, with the code of the default branch.
name: registry publish

on: # zizmor: ignore[dangerous-triggers] nothing of the triggering commit is run; its definition is read as data
  workflow_run:
    workflows: [registry request]
    types: [completed]
  workflow_dispatch:
    inputs:
      action:
        description: What to add to the index.
        type: choice
        options: [index, tag, deprecate, disable]
        default: index
      version:
        description: For index, the git tag that was pushed; else a version such as @scope/name@1.2.3.
        type: string
        required: true
      value:
        description: For index, the commit it must name, or nothing; for tag, the word (stable); else the reason.
        type: string
        default: ""

permissions: {}

jobs:
${h(t)}

${g(t)}

${_}`,h=e=>`  # Judges, with a token that can write nothing.
  accept:
    if: github.event_name == 'workflow_dispatch' || github.event.workflow_run.event == 'push'
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
${f()}
      - uses: ${e}
        with:
          command: accept`,g=e=>`  # Judges anew by what is there now, adds the line and pushes it.
  append:
    needs: accept
    runs-on: ubuntu-latest
    timeout-minutes: 10
    environment: registry
    permissions:
      contents: write
    outputs:
      name: ${p(`steps.append.outputs.name`)}
      version: ${p(`steps.append.outputs.version`)}
      tag: ${p(`steps.append.outputs.tag`)}
      digest: ${p(`steps.append.outputs.digest`)}
    steps:
${f()}
      - id: append
        uses: ${e}
        with:
          command: append
          token: ${p(`secrets.REGISTRY_TOKEN || github.token`)}`,_=`  # What may fail without taking anything back: the line is in the index.
  announce:
    needs: append
    if: needs.append.outputs.tag != ''
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: write
      id-token: write
      attestations: write
    steps:
      - if: github.event.repository.private == false
        continue-on-error: true
        uses: actions/attest-build-provenance@a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32 # v4.1.0
        with:
          subject-name: ${p(`needs.append.outputs.name`)}@${p(`needs.append.outputs.version`)}
          subject-digest: sha256:${p(`needs.append.outputs.digest`)}
      - env:
          GH_TOKEN: ${p(`github.token`)}
          GH_REPO: ${p(`github.repository`)}
          TAG: ${p(`needs.append.outputs.tag`)}
          TITLE: ${p(`needs.append.outputs.name`)}@${p(`needs.append.outputs.version`)}
          DIGEST: ${p(`needs.append.outputs.digest`)}
        run: |
          gh release create "$TAG" --verify-tag --title "$TITLE" --notes "SHA-256 of the definition: $DIGEST"
`,v=e=>new Map([[`.github/workflows/registry-request.yml`,y(e)],[`.github/workflows/registry-publish.yml`,m(e)],[`.github/workflows/registry-reconcile.yml`,b(e)],[`.github/workflows/registry-check.yml`,x(e)]]),y=({header:e,tags:t})=>`${e}# The wish to publish. It runs as it is in the tagged commit, and so does nothing: \`registry publish\` begins when it ends.
name: registry request

on:
  push:
    tags: ["@*/*@*"${t===`named`?``:`, "v[0-9]*"`}]

permissions: {}

jobs:
  request:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - run: echo "The workflow registry publish goes on from here."
`,b=({header:e,action:t})=>`${e}# Reports what is not in order, and changes nothing.
name: registry reconcile

on:
  schedule:
    - cron: "17 * * * *"
  workflow_dispatch:

permissions: {}

jobs:
  reconcile:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
${f()}
      - uses: ${t}
        with:
          command: verify
      - uses: ${t}
        with:
          command: reconcile
`,x=({header:e,action:t})=>`${e}# A change of the index may only add to it, and only by owners of what it adds to. It runs as it is on the default
# branch, not as the pull request has it.
name: registry check

on: # zizmor: ignore[dangerous-triggers] the pull request's commits are compared as data; none is checked out or run
  pull_request_target:
    # Whose sender is who pushed. On others, such as reopened, it is whoever did that.
    types: [opened, synchronize]

permissions: {}

jobs:
  check:
    # What the branch's protection asks for: it goes by the names of jobs.
    name: registry check
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
${f()}
      - uses: ${t}
        with:
          command: check-change
`,S=({scope:e,owner:t,indexBranch:n,actionRef:r=`v1`})=>{let i={v:1,...n===void 0?{}:{indexBranch:n}};return new Map([[`${a.n}/README.md`,'# The index of this registry\n\nEach published version of an Expert is one line here; nothing in this folder is changed or taken away, and versions\nare never published twice. A version is `{commit, blob, sha256}`: the tag was only the wish.\n\n| what | where |\n|---|---|\n| the lines of an Expert | `<aa>/<bb>/@scope/name.jsonl`, where `aabb` begins the SHA-256 of `@scope/name` |\n| the definition of each version | `blobs/<aa>/<sha256>.toml` |\n| who may publish in a scope | `scopes/<scope>.toml`, by the number of the GitHub account |\n| the list to search in | `names.jsonl` |\n| how the registry is set up | `config.json` |\n| what a line looks like | `schema.json` |\n\n## Publishing\n\n1. Commit the definition to the default branch as `experts/<scope>/<name>.toml`: exactly one\n   `[experts."@scope/name"]`, its `version` written.\n2. Tag that commit `@scope/name@1.2.3` and push the tag. `expert-stack publish @scope/name` does both.\n\nThe workflow `registry publish` then adds the line, if the one who pushed owns the scope, and says why not\notherwise. It can be run by hand (`workflow_dispatch`) to publish a tag that started no workflow, to set a word\nsuch as `stable` for a version, and to deprecate or disable one.\n\n## Rules\n\n- A version goes from available to deprecated to disabled and never back.\n- A scope belongs to those whose numbers are in its file. A new one comes by a pull request that adds the file with\n  its author\'s number; an owner adds and removes others the same way.\n- Names that read alike (`code-review`, `code_review`) do not stand beside each other.\n- A published Expert starts nothing but exact versions of packages of npm and PyPI, reaches remote skills over\n  https, and delegates to Experts of this registry.\n- `registry check` must pass on every pull request: make it a required check.\n- `registry reconcile` reports every hour what is not published and which tags have moved.\n'],[o.r,`${JSON.stringify(i)}\n`],[`${a.n}/schema.json`,d()],[o.a,``],[(0,o.d)(e),(0,o.c)(e,t)],[(0,o.p)(`${e}/hello`),C(e)],...v({action:`expert-stack/expert-stack/.github/actions/registry@${r}`,header:"# Written by `expert-stack registry init`.\n",tags:`named and versions`})])},C=e=>`[experts."${e}/hello"]
version = "0.1.0"
description = "Greets whoever asks."
instruction = "Greet the person in one friendly sentence, in the language they write in."
`,w=async(e,t,n)=>{let r=T(t),i=(0,l.resolve)(n.cwd,e);for(let[e,t]of S(r)){let r=D((0,l.join)(i,e),t);n.out(`${r?`wrote `:`kept  `} ${e}\n`)}return n.out(`
Commit this to the default branch of a repository on GitHub and push it. Then, to publish the first Expert:

  expert-stack publish ${r.scope}/hello

In the repository's settings keep people who own no scope from writing to the index's branch, and make the workflow
\`registry check\` a required check.
`),t.actionRef===void 0&&n.out(`
The workflows use this project as of its tag v1. As long as it has none, name a commit: --action-ref <commit>.
`),0},T=({scope:e=``,owner:t=``,login:n,indexBranch:r,actionRef:i})=>{if(!/^[1-9]\d{0,14}$/.test(t))throw(0,c.i)(E(`--owner`,t),"the number of a GitHub account: `id` at https://api.github.com/users/<login>");if(!/^@[a-z0-9][a-z0-9_-]*$/.test(e))throw(0,c.i)(E(`--scope`,e),`a scope with its @ and in lower case, such as @acme`);if((0,s.r)(`${e}/hello`),r!==void 0&&!o.t.safeParse({v:1,indexBranch:r}).success)throw(0,c.i)(E(`--index-branch`,r),`the name of a branch, such as index`);if(i!==void 0&&!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(i))throw(0,c.i)(E(`--action-ref`,i),`a commit id or a tag, such as v1`);return{scope:e,owner:{id:Number(t),...n===void 0?{}:{login:n}},...r===void 0?{}:{indexBranch:r},...i===void 0?{}:{actionRef:i}}},E=(e,t)=>(0,c.n)(e,t,`registry init`),D=(e,t)=>{try{(0,u.mkdirSync)((0,l.dirname)(e),{recursive:!0})}catch(t){throw O(e,t)}try{return(0,u.writeFileSync)(e,t,{flag:`wx`}),!0}catch(t){if(t instanceof Error&&`code`in t&&t.code===`EEXIST`)return!1;throw O(e,t)}},O=(e,t)=>new r.t({code:`STORE_FAILED`,message:`${e} cannot be written: ${t instanceof Error?t.message:String(t)}`,remedy:`See that its folder is one, and may be written.`,cause:t})}),5355:((e,t,n)=>{n.d(t,{n:()=>T,r:()=>a,t:()=>R});function r(e,t){let n=e.slice(0,t).split(/\r?\n/);return[n.length,n.pop().length+1]}function i(e,t,n){let r=e.split(/\r?\n/),i=``,a=(Math.log10(t+1)|0)+1;for(let e=t-1;e<=t+1;e++){let o=r[e-1];o&&(i+=e.toString().padEnd(a,` `),i+=`:  `,i+=o,i+=`
`,e===t&&(i+=` `.repeat(a+n+2),i+=`^
`))}return i}var a=class e extends Error{line;column;codeblock;constructor(e,t){let[n,a]=r(t.toml,t.ptr),o=i(t.toml,n,a);super(`Invalid TOML document: ${e}\n\n${o}`,t),this.line=n,this.column=a,this.codeblock=o}static x(t,n,r){throw new e(t,{toml:n.s,ptr:r??n.p})}};function o(e){let t=e.p,n=e.s.charCodeAt(e.p++),r=n,i=n===39,o=n===e.s.charCodeAt(e.p)&&n===e.s.charCodeAt(e.p+1);o&&((n=e.s.charCodeAt(e.p+=2))===10?e.p++:n===13&&e.s.charCodeAt(e.p+1)===10&&(e.p+=2));let s=``,c=e.p,l=0;for(;e.p<e.s.length;e.p++)if(n=e.s.charCodeAt(e.p),o&&(n===10||n===13&&e.s.charCodeAt(e.p+1)===10))l&&=3;else if(n<32&&n!==9||n===127)a.x(`control characters are not allowed in strings`,e);else if((!l||l===3)&&n===r&&(!o||e.s.charCodeAt(e.p+1)===r&&e.s.charCodeAt(e.p+2)===r)){if(o&&(e.s.charCodeAt(e.p+3)===r&&e.p++,e.s.charCodeAt(e.p+3)===r&&e.p++),!l){let t=e.s.slice(c,e.p);s=s?s+t:t}return e.p+=o?3:1,s}else if(!l)!i&&n===92&&(s+=e.s.slice(c,c=e.p),l=1);else if(l===1){if(n===120||n===117||n===85){let t=e.p++-1,r=0,i=n===120?2:n===117?4:8;for(let t=0;t<i;t++,e.p++){let t=e.s.charCodeAt(e.p),n=t>=48&&t<=57?t-48:t>=65&&t<=70?t-65+10:t>=97&&t<=102?t-97+10:-1;n<0&&a.x(`invalid non-hex character in unicode escape`,e),r=r<<4|n}(r<0||r>1114111||r>=55296&&r<=57343)&&a.x(`invalid unicode escape`,e,t),s+=String.fromCodePoint(r),c=e.p--,l=0}else o&&(n===32||n===9)?l=2:(n===98?s+=`\b`:n===116?s+=`	`:n===110?s+=`
`:n===102?s+=`\f`:n===114?s+=`\r`:n===101?s+=`\x1B`:n===34?s+=`"`:n===92?s+=`\\`:a.x(`unrecognised escape sequence`,e),c=e.p+1,l=0)}else n!==32&&n!==9&&(l===2&&a.x(`invalid escape: only line-ending whitespace may be escaped`,e,c),l=+(!i&&n===92),c=e.p);a.x(`unfinished string`,e,t)}let s=/^(\d{4}-\d{2}-\d{2})?[Tt ]?(?:(\d{2}):\d{2}(?::\d{2}(?:\.\d+)?)?)?(Z|z|[-+]\d{2}:\d{2})?$/i;var c=class e extends Date{#e=!1;#t=!1;#n=null;constructor(e,t,n){let r=!0,i=!0,a=`Z`,o;if(typeof e==`string`){if(t)prep:{if(t<3){if(+e.slice(11,13)>23){e=``;break prep}t===2?(a=null,e+=`Z`):(o=e.charCodeAt(e.length-1))!==90&&o!==122&&(a=e.slice(e.length-6)),n&&(e=e.slice(0,10)+`T`+e.slice(11))}else t===4&&(e=+e.slice(0,2)>23?``:`0000-01-01T${e}Z`);r=t!==4,i=t!==3}else{let t=e.match(s);t?(t[1]||(r=!1,e=`0000-01-01T${e}`),i=!!t[2],i&&e[10]===` `&&(e=e.replace(` `,`T`)),t[2]&&+t[2]>23?e=``:(a=t[3]||null,!a&&i&&(e+=`Z`))):e=``}}super(e),isNaN(this.getTime())||(this.#e=r,this.#t=i,this.#n=a)}isDateTime(){return this.#e&&this.#t}isLocal(){return!this.#e||!this.#t||!this.#n}isDate(){return this.#e&&!this.#t}isTime(){return this.#t&&!this.#e}isValid(){return this.#e||this.#t}toISOString(){let e=super.toISOString();if(this.isDate())return e.slice(0,10);if(this.isTime())return e.slice(11,23);if(this.#n===null)return e.slice(0,-1);if(this.#n===`Z`||this.#n===`z`)return e;let t=this.#n.slice(1,3)*60+ +this.#n.slice(4,6);return t=this.#n[0]===`-`?t:-t,new Date(this.getTime()-t*6e4).toISOString().slice(0,-1)+this.#n}static wrapAsOffsetDateTime(t,n=`Z`){let r=new e(t);return r.#n=n,r}static wrapAsLocalDateTime(t){let n=new e(t);return n.#n=null,n}static wrapAsLocalDate(t){let n=new e(t);return n.#t=!1,n.#n=null,n}static wrapAsLocalTime(t){let n=new e(t);return n.#e=!1,n.#n=null,n}};function l(e,t=10){return t===16?e>47&&e<58||e>64&&e<71||e>96&&e<103:e>47&&e<48+t}function u(e,t){return e===32||e===9||e===10||e===13||t&&(e===t||e===44)||e===35}function d(e,t){let n=e.p,r=e.s.charCodeAt(e.p);if(r===91||r===123){e.d--||a.x(`document contains excessively nested structures. aborting.`,e);let t=r===91?S(e):x(e);return e.d++,t}return r===34||r===39?o(e):r===116?((e.s.charCodeAt(++e.p)!==114||e.s.charCodeAt(++e.p)!==117||e.s.charCodeAt(++e.p)!==101)&&a.x(`invalid value`,e,n),e.p++,!0):r===102?((e.s.charCodeAt(++e.p)!==97||e.s.charCodeAt(++e.p)!==108||e.s.charCodeAt(++e.p)!==115||e.s.charCodeAt(++e.p)!==101)&&a.x(`invalid value`,e,n),e.p++,!1):r===43||r===45?f(e,e.p,e.s.charCodeAt(++e.p),44-r,t):e.s.charCodeAt(e.p+4)===45&&e.s.charCodeAt(e.p+7)===45?h(e,r,t):e.s.charCodeAt(e.p+2)===58?g(e,r,t):f(e,e.p,r,0,t)}function f(e,t,n,r,i){let o=n,s=0,c=!1;if(o===105)return(e.s.charCodeAt(++e.p)!==110||e.s.charCodeAt(++e.p)!==102)&&a.x(`invalid value`,e,t),e.p++,(r||1)/0;if(o===110)return(e.s.charCodeAt(++e.p)!==97||e.s.charCodeAt(++e.p)!==110)&&a.x(`invalid value`,e,t),e.p++,NaN;if(o===48){if(++e.p>=e.s.length||u(o=e.s.charCodeAt(e.p),i))return e.bi===!0?0n:0;if(!r){if(o===120)return p(e,t,16,i);if(o===98)return p(e,t,2,i);if(o===111)return p(e,t,8,i)}o===46?s=2:o===101||o===69?s=4:a.x(`illegal leading zero`,e,t)}else l(o)||a.x(`invalid value`,e,t);for(;++e.p<e.s.length&&(o=e.s.charCodeAt(e.p),!u(o,i));)s||=1,o===95?(s&1||a.x(`illegal underscore`,e),s+=11,c=!0):s===1&&o===46?s=2:(s===1||s===3)&&(o===101||o===69)?s=4:s===4&&(o===43||o===45)?s=6:l(o)?s>9?s-=11:s&1||s++:a.x(`illegal character in numeric literal`,e);if(!s){let t=(n-48)*(r||1);return e.bi===!0?BigInt(t):t}s&1||a.x(`unfinished numeric value`,e,t);let d=e.s.slice(t,e.p);return c&&(d=d.replaceAll(`_`,``)),s>1?parseFloat(d):m(e,d,10,t)}function p(e,t,n,r){let i,o=1;for(;++e.p<e.s.length&&(i=e.s.charCodeAt(e.p),!u(i,r));)i===95?(o&1&&a.x(`illegal underscore`,e),o=3):l(i,n)?o&1&&o--:a.x(`illegal character in numeric literal`,e);o&1&&a.x(`unfinished numeric value`,e);let s=e.s.slice(t+2,e.p);return o&&(s=s.replaceAll(`_`,``)),m(e,s,n,t)}function m(e,t,n,r){if(e.bi!==!0)int:{let i=parseInt(t,n);if(!Number.isSafeInteger(i)){if(e.bi)break int;a.x(`integer value cannot be represented losslessly`,e,r)}return i}return BigInt(n===10?t:(n===2?`0b`:n===8?`0o`:`0x`)+t)}function h(e,t,n){let r=e.p++,i;if(!l(t)||!l(e.s.charCodeAt(e.p++))||!l(e.s.charCodeAt(e.p++))||!l(e.s.charCodeAt(e.p++)))return f(e,e.p=r,t,0,n);if(e.p+=5,l(e.s.charCodeAt(e.p++))||a.x(`invalid date-time: date part is malformed`,e,r),e.p>=e.s.length||((t=e.s.charCodeAt(e.p))!==32||(i=!0,!l(e.s.charCodeAt(e.p+1))))&&t!==84&&t!==116)return _(e,e.s.slice(r,e.p),3,!1,r);if(e.s.charCodeAt(e.p+=3)!==58&&a.x(`invalid date-time: time part is malformed`,e,r),e.s.charCodeAt(e.p+=3)===58&&(e.p+=3),e.s.charCodeAt(e.p)===46)for(;l(e.s.charCodeAt(++e.p)););if(t=e.s.charCodeAt(e.p)){if(t===90||t===122)return _(e,e.s.slice(r,++e.p),1,i,r,`[+00:00]`);if(t===43||t===45)return _(e,e.s.slice(r,e.p+=6),1,i,r,!e.ld&&`[`+e.s.slice(e.p-6,e.p)+`]`)}return _(e,e.s.slice(r,e.p),2,i,r)}function g(e,t,n){let r=e.p;if(!l(t)||!l(e.s.charCodeAt(++e.p)))return f(e,--e.p,t,0,n);if(e.s.charCodeAt(e.p+=4)===58&&(e.p+=3),e.s.charCodeAt(e.p)===46)for(;l(e.s.charCodeAt(++e.p)););return _(e,e.s.slice(r,e.p),4,!1,r)}function _(e,t,n,r,i,o){if(e.ld){let o=new c(t,n,r);return o.isValid()||a.x(`invalid date`,e,i),o}try{switch(o&&(t+=o),n){case 1:return Temporal.ZonedDateTime.from(t);case 2:return Temporal.PlainDateTime.from(t);case 3:return Temporal.PlainDate.from(t);case 4:return Temporal.PlainTime.from(t)}}catch(t){a.x(t instanceof Error?t.message:``+t,e,i)}}function v(e){for(;e.p<e.s.length;e.p++){let t=e.s.charCodeAt(e.p);if(t===10)break;if(t===13&&e.s.charCodeAt(e.p+1)===10){e.p++;break}(t<32&&t!==9||t===127)&&a.x(`control characters are not allowed in comments`,e)}}function y(e,t,n){let r;for(;e.p<e.s.length;){for(;e.p<e.s.length&&((r=e.s.charCodeAt(e.p))===32||r===9||!t&&(r===10||r===13&&e.s.charCodeAt(e.p+1)===10));)e.p++;if(n||r!==35)break;v(e)}}function b(e,t=61){let n,r=0,i=[],s,c=e.s.charCodeAt(n=e.p);do if(c===t)return r||a.x(`unexpected end of key`,e),r===1&&i.push(e.s.slice(s,e.p)),e.p++,i;else c===46?(r||a.x(`illegal empty bare key`,e),r===1&&i.push(e.s.slice(s,e.p)),r=0):!r&&(c===34||c===39)?(c===e.s.charCodeAt(e.p+1)&&c===e.s.charCodeAt(e.p+2)&&a.x(`illegal quoted key: multiline strings are not allowed`,e),i.push(o(e)),r=2,e.p--):c===32||c===9?r===1&&(i.push(e.s.slice(s,e.p)),r=2):r===2||c<48&&c!==45||c>57&&c<65||c>90&&c<97&&c!==95||c>122?a.x(`illegal character in key`,e):r||(r=1,s=e.p);while(c=e.s.charCodeAt(++e.p));a.x(`incomplete key-value: cannot find end of key`,e,n)}function x(e){let t=e.p++,n=Object.create(null),r=new Set,i;for(;e.p<e.s.length;){if(y(e),(i=e.s.charCodeAt(e.p))===125)return e.p++,n;let t,o=n,s=!1,c=e.p,l=b(e);for(let n=0;n<l.length;n++){n&&(o=s?o[t]:o[t]=Object.create(null)),t=l[n],(s=Object.hasOwn(o,t))&&(typeof o[t]!=`object`||r.has(o[t]))&&a.x(`trying to redefine an already defined value`,e,c);let i=t===`__proto__`;if(e.uk&&(i||t===`constructor`)){o=e.uk!==1&&a.x(`document contains an unsafe property`,e,c);break}!s&&i&&Object.defineProperty(o,t,{enumerable:!0,configurable:!0,writable:!0})}s&&a.x(`trying to redefine an already defined value`,e,c),y(e,!0,!0);let u=d(e,125);if(o&&typeof(o[t]=u)==`object`&&r.add(u),y(e),(i=e.s.charCodeAt(e.p++))===125)return n;i!==44&&a.x(`expected comma or end of structure`,e,e.p-1)}a.x(`unfinished table`,e,t)}function S(e){let t=e.p++,n=[],r;for(;e.p<e.s.length;){if(y(e),(r=e.s.charCodeAt(e.p))===93)return e.p++,n;if(n.push(d(e,93)),y(e),(r=e.s.charCodeAt(e.p++))===93)return n;r!==44&&a.x(`expected comma or end of structure`,e,e.p-1)}a.x(`unfinished array`,e,t)}function C(e,t,n,r,i){let a=n,o=r,s,c=!1,l;for(let n=0;n<t.length;n++){if(n){if(a=c?a[s]:a[s]=Object.create(null),o=(l=o[s]).c,i===0&&(l.t===1||l.t===2))return null;if(l.t===2){let e=a.length-1;a=a[e],o=o[e].c}}if(s=t[n],(c=Object.hasOwn(a,s))&&o[s]?.t===0&&o[s]?.d)return null;if(!c){let r=s===`__proto__`;if(e.uk&&(r||s===`constructor`))return!1;r&&(Object.defineProperty(a,s,{enumerable:!0,configurable:!0,writable:!0}),Object.defineProperty(o,s,{enumerable:!0,configurable:!0,writable:!0})),o[s]={t:n<t.length-1&&i===2?3:i,d:!1,i:0,c:Object.create(null)}}}if(l=o[s],l.t!==i&&(i!==1||l.t!==3)||(i===2&&(l.d||(l.d=!0,a[s]=[]),a[s].push(a=Object.create(null)),l.c[l.i++]=l={t:1,d:!1,i:0,c:Object.create(null)}),l.d))return null;if(l.d=!0,i===1)a=c?a[s]:a[s]=Object.create(null);else if(i===0&&c)return null;return[s,a,l.c]}function w(e,t,n){(t===null||e.uk===2)&&a.x(t===null?`trying to redefine an already defined table or value`:`document contains an unsafe property`,e,n)}function T(e,t={}){let n={s:e,p:0,d:t.maxDepth??1e3,bi:t.integersAsBigInt??!1,ld:t.useLegacyDate??!0,uk:t.unsafeKeyBehaviour===`throw`?2:+(t.unsafeKeyBehaviour===`drop`)},r=Object.create(null),i=Object.create(null),o,s=!1,c=r,l=i;for(e.charCodeAt(0)===65279&&n.p++,y(n);n.p<e.length;){if(e.charCodeAt(n.p)===91){let t=e.charCodeAt(++n.p)===91;o=n.p+=+t,s=!1;let u=b(n,93);t&&(e.charCodeAt(n.p)!==93&&a.x(`expected end of table array declaration`,n),n.p++);let d=C(n,u,r,i,t?2:1);d?(l=d[2],c=d[1]):(w(n,d,o),s=!0)}else{o=n.p;let e=C(n,b(n),c,l,0);!e&&!s&&w(n,e,o),y(n,!0,!0);let t=d(n,void 0);e&&!s&&(e[1][e[0]]=t)}y(n,!0),n.p<e.length&&(o=e.charCodeAt(n.p))!==10&&(o!==13||e.charCodeAt(n.p+1)!==10)&&a.x(`each key-value declaration must be followed by an end-of-line`,n),y(n)}return r}let E=/^[a-z0-9-_]+$/i,D=!!``.isWellFormed;function O(e){let t=typeof e;if(t===`object`){if(Array.isArray(e))return`array`;if(typeof e.getUTCDate==`function`&&e instanceof Date)return`date`;if(globalThis.Temporal){if(e.until){if(e instanceof Temporal.ZonedDateTime)return`temporal/tz+uc`;if(e instanceof Temporal.PlainDateTime||e instanceof Temporal.PlainDate)return`temporal/uc`;if(e instanceof Temporal.PlainTime||e instanceof Temporal.Instant)return`temporal`;if(e instanceof Temporal.PlainYearMonth)return`temporal/x`}else if(e.toPlainDate&&e instanceof Temporal.PlainMonthDay||e.negated&&e instanceof Temporal.Duration)return`temporal/x`}}return t}function k(e){for(let t=0;t<e.length;t++)if(O(e[t])!==`object`)return!1;return e.length!=0}function A(e){return JSON.stringify(e).replaceAll(``,`\\u007f`)}function j(e){return A(D?e.toWellFormed():e)}function M(e){if(E.test(e))return e;if(D&&!e.isWellFormed())throw RangeError(`key contains illegal lone surrogates`);return A(e)}function N(e,t,n,r,i){if(n===0)throw Error(`Could not stringify the object: maximum object depth exceeded`);switch(t){case`number`:if(isNaN(e))return`nan`;if(e===1/0)return`inf`;if(e===-1/0)return`-inf`;if(Number.isInteger(e)&&(r||!Number.isSafeInteger(e)))return e.toFixed(1);case`bigint`:case`boolean`:case`temporal`:return e.toString();case`string`:return j(e);case`date`:if(isNaN(e.getTime()))throw TypeError(`cannot serialize invalid date`);return e.toISOString();case`object`:return P(e,n,r,i);case`array`:return F(e,n,r,i);case`temporal/tz+uc`:if(i){let t=e.timeZoneId,n=t.charCodeAt(0);if(n!==43&&n!==45&&(n!==85&&n!==71&&n!==90&&n!==69||t!==`UTC`&&t!==`UCT`&&t!==`Universal`&&t!==`Zulu`&&!t.startsWith(`GMT`)&&t!==`Greenwich`&&!t.startsWith(`Etc/`)))throw TypeError(`Temporal objects with an IANA timezone are not allowed in Temporal strict mode`)}case`temporal/uc`:if(i&&e.calendarId!==`iso8601`)throw TypeError(`Temporal objects with a non-default calendar are not allowed in Temporal strict mode`);return e.toString({calendarName:`never`,timeZoneName:`never`});case`temporal/x`:throw TypeError(`Unsupported `+e[Symbol.toStringTag])}}function P(e,t,n,r){let i=Object.keys(e);if(i.length===0)return`{}`;let a=`{ `;for(let o=0;o<i.length;o++){let s=i[o];o&&(a+=`, `),a+=M(s)+` = `+N(e[s],O(e[s]),t-1,n,r)}return a+` }`}function F(e,t,n,r){if(e.length===0)return`[]`;let i=`[ `;for(let a=0;a<e.length;a++){if(a&&(i+=`, `),e[a]===null||e[a]===void 0)throw TypeError(`arrays cannot contain null or undefined values`);i+=N(e[a],O(e[a]),t-1,n,r)}return i+` ]`}function I(e,t,n,r,i){if(n===0)throw Error(`Could not stringify the object: maximum object depth exceeded`);let a=``;for(let o=0;o<e.length;o++)a+=`${a&&`
`}[[${t}]]\n`,a+=L(0,e[o],t,n,r,i);return a}function L(e,t,n,r,i,a){if(r===0)throw Error(`Could not stringify the object: maximum object depth exceeded`);let o=``,s=``,c=Object.keys(t);for(let e=0;e<c.length;e++){let l=c[e];if(t[l]!==null&&t[l]!==void 0){let e=O(t[l]);if(e===`symbol`||e===`function`)throw TypeError(`cannot serialize values of type '${e}'`);let c=M(l);if(e===`array`&&k(t[l]))s+=(s&&`
`)+I(t[l],n?`${n}.${c}`:c,r-1,i,a);else if(e===`object`){let e=n?`${n}.${c}`:c;s+=(s&&`
`)+L(e,t[l],e,r-1,i,a)}else o+=c,o+=` = `,o+=N(t[l],e,r,i,a),o+=`
`}}return e&&(o||!s)&&(o=o?`[${e}]\n${o}`:`[${e}]`),o&&s?`${o}\n${s}`:o||s}function R(e,{maxDepth:t=1e3,numbersAsFloat:n=!1,strictTemporal:r=!1}={}){if(O(e)!==`object`)throw TypeError(`stringify can only be called with an object`);let i=L(0,e,``,t,n,r);return i[i.length-1]===`
`?i:i+`
`}}),2519:((e,t,n)=>{n.d(t,{i:()=>a,n:()=>o,r:()=>s,t:()=>i});var r=n(5855);let i=/^(?:@[a-z0-9][a-z0-9_-]*\/)?[a-z0-9][a-z0-9_-]*$/,a=/^[a-z0-9][a-z0-9_-]*$/,o=e=>e.length<=255&&i.test(e),s=e=>{if(e.length>511)return;let t=e.indexOf(`@`,1),n=t===-1?e:e.slice(0,t);if(!o(n))return;let r=n.indexOf(`/`),i={name:n,shortName:n.slice(r+1),...r===-1?{}:{scope:n.slice(0,r)}};if(t===-1)return i;let a=c(e.slice(t+1));return a===void 0?void 0:{...i,request:a}},c=e=>(0,r.n)(e)?{type:`exact`,version:e}:(0,r.n)(`${e}.0.0`)?{type:`range`,range:`^${e}`}:(0,r.n)(`${e}.0`)?{type:`range`,range:`~${e}`}:a.test(e)&&!/^\d+$/.test(e)?{type:`tag`,tag:e}:void 0}),7223:((e,t,n)=>{n.d(t,{i:()=>s,n:()=>i,r:()=>a,t:()=>o});var r=n(7598);let i=`registry-index`,a=e=>{let t=s(e);return`${i}/${t.slice(0,2)}/${t.slice(2,4)}/${e}.jsonl`},o=e=>`${i}/blobs/${e.slice(0,2)}/${e}.toml`,s=e=>(0,r.createHash)(`sha256`).update(e).digest(`hex`)}),4609:((e,t,n)=>{n.d(t,{t:()=>r});let r=e=>typeof e==`object`&&!!e&&!Array.isArray(e)}),5457:((e,t,n)=>{n.d(t,{a:()=>p,c:()=>s,i:()=>a,n:()=>o,o:()=>d,r:()=>c,s:()=>u,t:()=>h});var r=n(4024),i=n(4609);let a=({name:e,text:t,help:n},i)=>new r.t({code:`INPUT_INVALID`,message:`${e} is "${t}".`,remedy:`It must be ${i}.${n===void 0?``:` ${n}`}`}),o=(e,t,n=`run`)=>({name:e,text:t,help:`\`expert-stack ${n} --help\` shows every option.`}),s=(e,t)=>{let n=/^\d{1,12}$/.test(e.text)?Number(e.text):NaN;if(n>=t)return n;throw a(e,t===0?`a whole number`:`a whole number above zero`)},c=e=>{let t=/^\d{1,9}(\.\d{1,6})?$/.test(e.text)?Number(e.text):0;if(t>0)return t;throw a(e,`an amount of US dollars above zero, such as 2.50`)},l=[`none`,`minimal`,`low`,`medium`,`high`],u=e=>{if(/^\d{1,9}$/.test(e.text))return Number(e.text);if(l.includes(e.text))return e.text;throw a(e,`${l.join(`, `)}, or a number of tokens`)},d=e=>{let t=e.text.split(/[\n;]/).map(e=>e.trim());return new Map(t.filter(e=>e!==``).map(t=>f({...e,text:t})))},f=e=>{let[,t,n,r]=/^([^=]+?)\s*=\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)$/.exec(e.text)??[];if(t!==void 0)return[t,{inputUsd:Number(n),outputUsd:Number(r)}];throw a(e,`model=input,output in US dollars per million tokens, such as my-model=3,15`)},p=async e=>{let t=m(e.text);if(t?.type!==`object`)throw a({...e,text:e.text.slice(0,100)},'JSON text of one JSON Schema with `"type": "object"`');let{schemaError:i}=await Promise.all([n.e(2016),n.e(1136)]).then(n.bind(n,1136)),o=i(t);if(o===void 0)return t;throw new r.t({code:`INPUT_INVALID`,message:`${e.name} is no JSON Schema: ${o}`,remedy:`Correct it; https://json-schema.org/learn shows how one is written.`})},m=e=>{try{let t=JSON.parse(e);return(0,i.t)(t)?t:void 0}catch{return}},h=(e,t,n,r)=>{if(t===void 0)return n[0];let i=n.find(e=>e===t);if(i!==void 0)return i;throw a(o(e,t,r),n.join(` or `))}}),8509:((e,t,n)=>{n.d(t,{n:()=>c,r:()=>s,t:()=>o});var r=n(2519),i=n(4024);let a=/^(?:con|prn|aux|nul|(?:com|lpt)\d)$/,o=e=>{if(!(0,r.n)(e)||!e.startsWith(`@`))return"is not @scope/name of lower case letters, digits, `_` and `-`, each part beginning with a letter or digit";let t=d(e),[n]=t.filter(e=>e.length>64);if(n!==void 0)return`has a part of ${n.length} characters, where 64 may be`;let[i]=t.filter(e=>a.test(e));return i===void 0?void 0:`has the part "${i}", which is a device on Windows`},s=e=>{let t=o(e);if(t!==void 0)throw new i.t({code:`NAME_INVALID`,message:`${JSON.stringify(e)} cannot be published: it ${t}.`,remedy:`Rename the Expert, such as [experts."@scope/code-review"].`})},c=(e,t)=>{let n=l(e);for(let r of t)if(r!==e&&l(r)===n)throw new i.t({code:`NAME_CONFUSABLE`,message:`${e} reads like ${r}, which is in this registry.`,remedy:`Choose a name that nobody takes for the other.`})},l=e=>d(e).map(u).join(`/`),u=e=>e.replace(/[-_]/g,``).replace(/0/g,`o`).replace(/[1i]/g,`l`).replace(/5/g,`s`).replace(/rn/g,`m`).replace(/vv/g,`w`),d=e=>e.replace(/^@/,``).split(`/`)}),4600:((e,t,n)=>{n.d(t,{t:()=>o});var r,i=class{constructor(){this._map=new WeakMap,this._idmap=new Map}add(e,...t){let n=t[0];return this._map.set(e,n),n&&typeof n==`object`&&`id`in n&&this._idmap.set(n.id,e),this}clear(){return this._map=new WeakMap,this._idmap=new Map,this}remove(e){let t=this._map.get(e);return t&&typeof t==`object`&&`id`in t&&this._idmap.delete(t.id),this._map.delete(e),this}get(e){let t=e._zod.parent;if(t){let n={...this.get(t)??{}};delete n.id;let r={...n,...this._map.get(e)};return Object.keys(r).length?r:void 0}return this._map.get(e)}has(e){return this._map.has(e)}};function a(){return new i}(r=globalThis).__zod_globalRegistry??(r.__zod_globalRegistry=a());let o=globalThis.__zod_globalRegistry}),3475:((e,t,n)=>{n.d(t,{_:()=>b,a:()=>z,b:()=>g,c:()=>I,d:()=>j,f:()=>P,g:()=>x,h:()=>w,i:()=>H,l:()=>F,m:()=>T,n:()=>W,o:()=>O,p:()=>S,r:()=>B,s:()=>N,t:()=>U,u:()=>M,v:()=>C,x:()=>h,y:()=>y});var r=n(4024),i=n(7419),a=n(837),o=n(5855),s=n(5355),c=n(2519),l=n(7223);let u=(0,a.C)().check((0,i.W)(/^[0-9a-f]{64}$/,`64 hexadecimal digits`)),d=(0,a.C)().check((0,i.W)(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,`the whole id of a git object`)),f=(0,a.C)().check((0,a.x)(e=>(0,o.n)(e)&&!e.includes(`+`),`a semantic version without build metadata`)),p={v:(0,a.m)(1),seq:(0,a.p)().check((0,i._)(1)),by:(0,a.C)(),at:(0,a.C)(),prev:u},m=(0,a.h)({...p,t:(0,a.m)(`publish`),name:(0,a.C)().check((0,a.x)(c.n,`the name of an Expert`)),version:f,src:(0,a.h)({repo:(0,a.C)(),repoId:(0,a.p)(),tag:(0,a.C)(),commit:d,path:(0,a.C)()}),blob:d,sha256:u,size:(0,a.p)().check((0,i._)(1)),delegates:(0,a.o)((0,a.w)([(0,a.C)(),(0,a.C)()])),skills:(0,a.o)((0,a.w)([(0,a.r)([`npx`,`uvx`]),(0,a.C)(),(0,a.C)()])),endpoints:(0,a.o)((0,a.C)()),requiredEnv:(0,a.o)((0,a.C)()),allowedDomains:(0,a.o)((0,a.C)()),minRuntimeVersion:(0,a.d)(f)}),h=[`available`,`deprecated`,`disabled`],g=e=>/^security\b/i.test(e),_=(0,a.h)({...p,t:(0,a.m)(`status`),version:f,to:(0,a.r)(h),reason:(0,a.C)()}),v=(0,a.h)({...p,t:(0,a.m)(`tag`),name:(0,a.C)().check((0,a.x)(e=>c.i.test(e)&&!/^\d+$/.test(e),`a word, not a number`)),version:f}),y=(0,a.u)(`t`,[m,_,v]),b=e=>{let[,t,n]=/^(?:(@[^@]*)@|v)([^@]*)$/.exec(e)??[];if(n===void 0)throw E(e,`it is neither of the two`);if(!(t===void 0||t.includes(`/`)&&(0,c.n)(t)))throw E(e,`${JSON.stringify(t)} is no name of an Expert`);if(!w(n))throw E(e,`${JSON.stringify(n)} is no semantic version without build metadata`);if(!T(e))throw E(e,`git takes no such name for a tag`);return t===void 0?{tag:e,version:n,path:`perstack.toml`}:{tag:e,version:n,name:t,path:S(t)}},x=e=>/^(?:@[^/]+\/[^@]+@|v\d)/.test(e),S=e=>`experts/${e.slice(1)}.toml`,C=(e,t)=>`${e}@${t}`,w=e=>(0,o.n)(e)&&!e.includes(`+`)&&e.length<=100,T=e=>/^[A-Za-z0-9@/._-]+$/.test(e)&&e!==`@`&&!e.includes(`..`)&&e.split(`/`).every(e=>e!==``&&!e.startsWith(`.`)&&!e.endsWith(`.lock`)&&!e.startsWith(`-`))&&!e.endsWith(`.`),E=(e,t)=>new r.t({code:`PUBLISH_REFUSED`,message:`The tag ${JSON.stringify(e)} cannot publish a version: ${t}.`,remedy:`Tag @scope/name@1.2.3, or v1.2.3 in a repository of one Expert: a semantic version without build metadata.`}),D={id:41898282,login:`github-actions[bot]`},O=({id:e,login:t})=>e===D.id||t?.toLowerCase()===D.login,k=(0,a.S)({id:(0,a.p)().check((0,i._)(1)),login:(0,a.d)((0,a.C)())}).check((0,a.x)(e=>!O(e),`every workflow acts as this account; name a person's`)),A=(0,a.S)({v:(0,a.m)(1),owners:(0,a.o)(k)}),j=e=>`${l.n}/scopes/${e.slice(1)}.toml`,M=e=>e.slice(0,e.indexOf(`/`)),N=(e,t)=>{let n=A.safeParse(L(e,t));if(n.success)return new Set(n.data.owners.map(({id:e})=>e));let[r]=n.error.issues;throw R(t,`${r?.path.join(`.`)||`the file`}: ${r?.message}`)},P=e=>new Set([...e.matchAll(/^[ \t]*id[ \t]*=[ \t]*([1-9]\d{0,14})[ \t]*(?:#.*)?$/gm)].map(([,e])=>Number(e)).filter(e=>!O({id:e}))),F=(e,t,n,i=``)=>{if(t===void 0||t.size===0)throw new r.t({code:`PUBLISH_REFUSED`,message:`Nobody owns the scope ${e} in this registry.`,remedy:t===void 0?`Add ${j(e)} with the numbers of its owners, by a pull request.`:`Ask whoever may push to the default branch to write the numbers of its owners into ${j(e)}.`});let a=n.find(({id:e})=>!t.has(e));if(a!==void 0)throw new r.t({code:`PUBLISH_REFUSED`,message:`${a.login} (gh:${a.id}) does not own the scope ${e}.`,remedy:`Ask an owner to publish, or to add the number to ${j(e)}.${i}`})},I=(e,{id:t,login:n})=>`${`# Who may publish ${e}/…: accounts of GitHub by number (https://api.github.com/users/<login>).`}\nv = 1\n\n[[owners]]\nid = ${t}\n${n===void 0?``:`login = ${JSON.stringify(n)}\n`}`,L=(e,t)=>{try{return(0,s.n)(e)}catch(e){throw e instanceof s.r?R(`${t}:${e.line}`,e.message.split(`
`,1)[0]??`it is not TOML`):e}},R=(e,t)=>new r.t({code:`INDEX_CORRUPT`,message:`${e}: the owners of the scope cannot be told: ${t}.`,remedy:"Write `v = 1` and, for each owner, [[owners]] with `id`, the account's number."}),z=`${l.n}/names.jsonl`,B=`${l.n}/config.json`,V=[`README.md`,`config.json`,`schema.json`,`known-bad.jsonl`].map(e=>`${l.n}/${e}`),H=e=>{if(e===z)return{type:`names`};if(V.includes(e))return{type:`about`};let[,t=``]=/(@[^/]+\/[^/]+)\.jsonl$/.exec(e)??[];if((0,c.n)(t)&&e===(0,l.r)(t))return{type:`lines`,name:t};let[,n=``]=/([0-9a-f]{64})\.toml$/.exec(e)??[];if(n!==``&&e===(0,l.t)(n))return{type:`definition`,digest:n};let[,r=``]=/\/([a-z0-9][a-z0-9_-]*)\.toml$/.exec(e)??[];return r!==``&&e===j(`@${r}`)?{type:`scope`,scope:`@${r}`}:void 0},U=(0,a.h)({v:(0,a.n)((0,a.m)(1),1),indexBranch:(0,a.d)((0,a.C)().check((0,i.W)(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/),(0,a.x)(T)))}),W=(e,t=B)=>{if(e===void 0)return{v:1};let n=U.safeParse(G(e));if(n.success)return n.data;throw new r.t({code:`INDEX_CORRUPT`,message:`${t}: it is not how a registry is set up.`,remedy:`Write {"v":1}, or {"v":1,"indexBranch":"index"} where the index has a branch of its own.`})},G=e=>{try{return JSON.parse(e)}catch{return}}}),5855:((e,t,n)=>{n.d(t,{n:()=>i,t:()=>o});let r=/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/,i=e=>e.length<=256&&r.test(e)&&s(e).every(a),a=e=>e<2**53-1,o=(e,t)=>{let[n,r]=[s(e),s(t)],i=n.findIndex((e,t)=>e!==r[t]);return i===-1||(n[i]??0)>(r[i]??0)},s=e=>(r.exec(e)??[]).slice(1,4).map(Number)})};
