import { requiredLiterals } from './required-literal.ts'

/** A way to talk a model out of its orders, and how sure one is of it when it stands alone. */
export type Attack = { kind: string; weight: number; looks: RegExp; needs: string[][] }

const attack = (kind: string, weight: number, looks: RegExp): Attack => ({
  kind,
  weight,
  looks,
  // Most texts hold none of its words, and that is quickly seen.
  needs: requiredLiterals(looks.source),
})

/** Gaps are bounded and hold no end of a sentence, so that each beginning is followed a fixed way only. */
export const ATTACKS: Attack[] = [
  attack(
    'override',
    0.9,
    /\b(?:ignore|disregard|forget|override|bypass|drop|discard)\b[^.!?\n]{0,40}?\b(?:previous|prior|above|earlier|preceding|existing|original|system|initial|all|your)\b[^.!?\n]{0,30}?\b(?:instructions?|prompts?|rules?|directives?|guidelines?|orders?|constraints?|polic(?:y|ies)|restrictions?|training|programming)\b/i,
  ),
  attack(
    'override',
    0.6,
    /^\s{0,3}(?:please\s{1,3})?(?:ignore|disregard|forget|override|bypass)\s{1,3}(?:the|these|those|any)\s{1,3}(?:instructions?|prompts?|rules?|guidelines?|polic(?:y|ies)|restrictions?)\b/i,
  ),
  attack(
    'override',
    0.7,
    /\b(?:ignore|disregard|forget)\s{1,3}(?:everything|all|anything)\b[^.!?\n]{0,20}?\b(?:above|before|previous|prior|earlier|told|said|learned)\b/i,
  ),
  attack(
    'override',
    0.6,
    /\b(?:do not|don't|stop|never)\s{1,3}(?:follow|obey|following|obeying)\b[^.!?\n]{0,30}?\b(?:instructions?|rules?|guidelines?|system prompt)\b/i,
  ),
  attack(
    'override',
    0.55,
    /\b(?:new|updated|real|actual)\s{1,3}(?:system\s{1,3})?(?:instructions?|orders?|directives?|prompt)\s{0,3}[:：]/i,
  ),
  attack(
    'override',
    0.9,
    /(?:이전|앞(?:선|의|서)|위의?|기존|지금까지의?|원래|모든|시스템)[^.!?\n]{0,20}?(?:지시|명령|지침|규칙|프롬프트|설정|제한|가이드라인|내용)[^.!?\n]{0,12}?(?:무시|잊어|잊고|따르지|버리|해제|취소|덮어)/,
  ),
  attack(
    'override',
    0.6,
    /(?:지시|명령|지침|규칙|제한|가이드라인)(?:사항)?[은는을를]?\s{0,3}(?:전부|모두|다|싹)?\s{0,3}(?:무시|잊어|잊고|따르지\s?마)/,
  ),
  attack(
    'reveal',
    0.75,
    /\b(?:reveal|show|print|repeat|output|display|leak|expose|tell\s{1,3}me|give\s{1,3}me|dump|recite|write\s{1,3}out)\b[^.!?\n]{0,40}?\b(?:system\s{1,3}(?:prompt|message|instructions?)|(?:hidden|initial|secret|original|internal)\s{1,3}(?:prompt|instructions?|rules?)|your\s{1,3}(?:instructions?|prompt|rules))\b/i,
  ),
  attack(
    'reveal',
    0.7,
    /\b(?:repeat|print|output|copy)\b[^.!?\n]{0,20}?\b(?:text|words|everything|sentences?)\b[^.!?\n]{0,15}?\babove\b/i,
  ),
  attack(
    'reveal',
    0.75,
    /(?:시스템|숨겨진|숨은|내부|초기|너의|네|당신의)\s{0,3}(?:프롬프트|지시(?:문|사항)?|지침|명령(?:어|문)?|메시지)[^.!?\n]{0,20}?(?:보여|출력|공개|알려|말해|유출|그대로|복사|노출)/,
  ),
  attack(
    'persona',
    0.75,
    /\b(?:you\s{1,3}are\s{1,3}now|act\s{1,3}as|pretend\s{1,3}(?:to\s{1,3}be|you\s{1,3}are|that\s{1,3}you)|from\s{1,3}now\s{1,3}on|roleplay\s{1,3}as|enter|switch\s{1,3}to|enable)\b[^.!?\n]{0,50}?(?:\bDAN\b|jailbr(?:oken|eak)|developer\s{1,3}mode|god\s{1,3}mode|evil|unrestricted|unfiltered|uncensored|no\s{1,3}(?:rules|restrictions|limits|filters)|without\s{1,3}(?:any\s{1,3})?(?:rules|restrictions|limits|filters|safety)|not\s{1,3}bound)/i,
  ),
  attack(
    'persona',
    0.6,
    /\bdo\s{1,3}anything\s{1,3}now\b|\bDAN\s{1,3}mode\b|\bdeveloper\s{1,3}mode\s{1,3}(?:enabled|on|activated)\b/i,
  ),
  attack(
    'persona',
    0.75,
    /(?:지금부터|이제부터|앞으로|이제)\s{0,3}(?:너는|넌|당신은|네가|너)[^.!?\n]{0,40}?(?:제한\s?(?:이|도)?\s?없|규칙\s?(?:이|도)?\s?없|검열\s?(?:이|도)?\s?없|탈옥|DAN|개발자\s?모드|무엇이든|뭐든지|필터\s?없)/i,
  ),
  attack(
    'persona',
    0.6,
    /(?:개발자|관리자|탈옥|디버그|루트)\s?모드(?:로|를|가)?\s{0,3}(?:전환|활성|켜|진입|들어가)/,
  ),
  attack(
    'markup',
    0.8,
    /<\|(?:im_start|im_end|system|endoftext|start_header_id)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant)(?:_prompt)?>/i,
  ),
  attack(
    'markup',
    0.6,
    /(?:^|\n)\s{0,3}(?:#{1,4}\s{0,3}|\[)?(?:system|시스템)(?:\]|\s{0,2}(?:message|prompt|override|메시지))?\s{0,2}[:：]\s{0,3}\S/i,
  ),
  attack(
    'safety_off',
    0.7,
    /\b(?:disable|turn\s{1,3}off|bypass|remove|deactivate|skip)\b[^.!?\n]{0,25}?\b(?:safety|content|moderation|guardrails?|ethical|security)\b[^.!?\n]{0,20}?\b(?:filters?|checks?|guidelines?|guardrails?|mechanisms?|protocols?|features?|layer|rules?)\b/i,
  ),
  attack(
    'safety_off',
    0.7,
    /(?:안전\s?(?:장치|필터|정책|규칙)|검열|필터링?|보안\s?(?:필터|정책|검사))[^.!?\n]{0,12}?(?:꺼|끄고|해제|우회|비활성|무력화|풀어)/,
  ),
  attack(
    'verdict',
    0.75,
    /\b(?:[Aa]nswer|[Rr]espond|[Rr]eply|[Rr]eturn|[Oo]utput|[Ss]ay|[Mm]ark|[Ss]core)\b[^.!?\n]{0,30}?(?:\bALLOW(?:_ANSWER)?\b|\bverdict\b|\bscore\s{1,3}(?:of\s{1,3})?(?:1(?:\.0)?|10|100)\b)/,
  ),
  attack(
    'exfiltrate',
    0.7,
    /\b(?:send|post|forward|upload|exfiltrate|transmit|email)\b[^.!?\n]{0,50}?\b(?:conversation|chat\s{1,3}history|system\s{1,3}prompt|credentials?|passwords?|api\s{1,3}keys?|secrets?|user\s{1,3}data)\b[^!?\n]{0,30}?\b(?:to|at)\b[^!?\n]{0,20}?(?:https?:|@|\burl\b|\bwebhook\b)/i,
  ),
  attack(
    'exfiltrate',
    0.7,
    /(?:대화|비밀번호|인증\s?정보|API\s?키|개인정보|시스템\s?프롬프트)[^.!?\n]{0,25}?(?:https?:|[\w.]{1,40}@|웹훅|외부)[^!?\n]{0,60}?(?:보내|전송|업로드|유출)/i,
  ),
  attack(
    'conceal',
    0.5,
    /\b(?:do not|don't|never)\s{1,3}(?:tell|mention|inform|reveal)\b[^.!?\n]{0,20}?\b(?:the\s{1,3}user|anyone|this\s{1,3}instruction)\b/i,
  ),
]

/** Somebody talks about an attack: asks, translates, warns, teaches. */
export const TALKED_ABOUT =
  /\b(?:how\s{1,3}(?:do|does|can|to|would|should|could)|what\s{1,3}(?:is|are|does|happens|would)|why\s{1,3}(?:do|does|is|are|would)|explain|translate|summari[sz]e|detect|prevent|protect|block(?:s|ed|ing)?|mitigat|defen[cds]|example|such\s{1,3}as|called|phrases?|attack(?:s|ers?)?|attempts?|blog|article|paper|researchers?|training\s{1,3}(?:session|course|slides))\b|번역|설명|의미|뜻|탐지|방지|막는|막으|방어|차단|예방|공격|사례|예시|논문|교육|기사|연구|이란|방법|하려면|라는\s{0,2}(?:문장|말|문구|표현)|어떻게|무엇|왜/i
