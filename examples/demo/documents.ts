/** A passage of the company's handbook and runbooks, as the index has it. */
export type Passage = { id: string; title: string; path: string; text: string }

const passage = (id: string, title: string, path: string, text: string): Passage => ({
  id,
  title,
  path,
  text,
})

const LIBRARY: readonly Passage[] = [
  passage(
    'hr-leave-02',
    '연차휴가 규정',
    'handbook/인사/연차휴가.md',
    '1년 이상 근속한 직원에게는 15일의 연차를 부여하고, 이후 2년마다 1일씩 더해 최대 25일까지 부여한다. 사용하지 않은 연차는 다음 해 3월 말까지 이월할 수 있으며, 이월 후에도 남은 연차는 통상임금으로 정산한다.',
  ),
  passage(
    'hr-leave-05',
    '반차와 시간 단위 휴가',
    'handbook/인사/반차.md',
    '반차는 4시간 단위이며 오전 반차는 14시 출근, 오후 반차는 14시 퇴근을 기준으로 한다. 2시간 단위 휴가는 분기에 네 번까지 쓸 수 있다.',
  ),
  passage(
    'hr-parent-01',
    '육아휴직 안내',
    'handbook/인사/육아휴직.md',
    '만 8세 또는 초등학교 2학년 이하의 자녀를 둔 직원은 자녀당 최대 1년 6개월의 육아휴직을 쓸 수 있다. 시작 30일 전까지 신청하며, 복직 후 첫 달은 주 4일 근무를 선택할 수 있다.',
  ),
  passage(
    'fin-expense-01',
    '출장비 정산 기준',
    'handbook/재무/출장비.md',
    '국내 출장 일비는 5만 원, 숙박은 1박 12만 원(서울·부산 15만 원)까지 실비로 정산한다. 영수증은 출장 종료 후 7일 안에 올리고, 10만 원을 넘는 접대비는 사전 승인이 필요하다.',
  ),
  passage(
    'fin-expense-04',
    '법인카드 사용 지침',
    'handbook/재무/법인카드.md',
    '법인카드는 업무 목적으로만 쓰며 심야(23시 이후)와 주말 사용은 사유를 적는다. 분실하면 즉시 카드사와 재무팀에 알린다.',
  ),
  passage(
    'it-vpn-02',
    'VPN 접속 문제 해결',
    'handbook/IT/vpn.md',
    '인증은 되지만 사내망에 접속되지 않으면 먼저 분할 터널링 설정을 확인한다. 클라이언트 5.2 이하에서는 IPv6를 끄지 않으면 DNS가 새므로 5.3 이상으로 올린다. 해결되지 않으면 #it-help에 로그를 첨부한다.',
  ),
  passage(
    'sec-data-03',
    '고객 데이터 반출 절차',
    'handbook/보안/데이터반출.md',
    '고객 개인정보가 담긴 파일은 보안팀의 승인 없이 사외로 보낼 수 없다. 분석 목적이면 가명처리된 데이터마트를 사용하고, 원본이 필요하면 보유 기간과 파기 일자를 적어 신청한다.',
  ),
  passage(
    'cs-refund-01',
    '환불 승인 한도',
    'policy/cs/refund-limit.md',
    '상담원은 20만 원까지 직접 환불을 승인할 수 있다. 20만 원을 넘으면 파트장이, 100만 원을 넘으면 재무팀이 함께 승인한다. 배송 지연이나 하자로 인한 환불에는 수수료를 받지 않는다.',
  ),
  passage(
    'ops-deploy-01',
    'Deploy checklist',
    'runbooks/deploy.md',
    'Deploys go out Monday to Thursday, 10:00 to 17:00. Before you merge: migrations are backwards compatible, the feature flag is off by default, the dashboard link is in the pull request. Roll back with `deploy rollback <service>`; it takes about 90 seconds.',
  ),
  passage(
    'ops-oncall-02',
    'On-call: who is paged and when',
    'runbooks/on-call.md',
    'A page is acknowledged within 5 minutes, or it goes to the secondary. Severity 1 means customers cannot order: open an incident channel, name a lead, post a status update every 20 minutes. Compensation is one day off for each week on call.',
  ),
  passage(
    'ops-db-07',
    'Orders database: connection pool exhausted',
    'runbooks/orders-db.md',
    'Symptom: "all connections of pool orders are in use". Look for long transactions first: `select pid, now() - xact_start, query from pg_stat_activity order by 2 desc`. Terminate idle-in-transaction sessions older than 5 minutes. Raising the pool size hides the leak.',
  ),
  passage(
    'ops-kafka-03',
    'Consumer lag on order-events',
    'runbooks/order-events.md',
    'Lag above 50,000 for 10 minutes pages the platform team. Check whether one partition is hot; a stuck message is skipped with `events skip --partition N --offset M` after it was copied to the dead-letter topic.',
  ),
  passage(
    'api-rate-01',
    'Partner API: rate limits',
    'docs/partner-api/limits.md',
    'Each partner key may make 600 requests a minute, in bursts of 50. Beyond that the API answers 429 with Retry-After. Bulk export has its own limit of 4 jobs an hour.',
  ),
  passage(
    'api-hooks-02',
    'Partner API: verifying webhooks',
    'docs/partner-api/webhooks.md',
    'Every webhook carries webhook-id, webhook-timestamp and webhook-signature. Compute HMAC-SHA256 over "id.timestamp.body" with the endpoint secret, compare in constant time, and refuse timestamps older than 5 minutes.',
  ),
]

export const passageOf = (id: string): Passage => {
  const found = LIBRARY.find((each) => each.id === id)
  if (!found) throw new RangeError(`No passage ${id}`)
  return found
}

export const otherPassages = (ids: readonly string[]): Passage[] =>
  LIBRARY.filter(({ id }) => !ids.includes(id))
