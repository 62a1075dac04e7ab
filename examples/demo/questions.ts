/** A question of an employee, the passages that answer it, and the answer. */
export type Question = { language: 'ko' | 'en'; ask: string; passages: string[]; answer: string }

export const QUESTIONS: readonly Question[] = [
  {
    language: 'ko',
    ask: '작년에 다 못 쓴 연차는 언제까지 쓸 수 있나요?',
    passages: ['hr-leave-02'],
    answer:
      '**올해 3월 말까지** 쓸 수 있습니다. 이월 기한이 지나도록 남은 연차는 통상임금으로 정산됩니다. [hr-leave-02]',
  },
  {
    language: 'ko',
    ask: '오전 반차 쓰면 몇 시까지 출근이에요? 2시간짜리 휴가도 있나요?',
    passages: ['hr-leave-05'],
    answer:
      '오전 반차는 **14시 출근**입니다. 2시간 단위 휴가도 있으며 한 분기에 네 번까지 쓸 수 있습니다. [hr-leave-05]',
  },
  {
    language: 'ko',
    ask: '부산 출장 1박 2일 숙박비 한도랑 영수증 제출 기한 알려줘',
    passages: ['fin-expense-01', 'fin-expense-04'],
    answer:
      '- 숙박: 부산은 1박 **15만 원**까지 실비 정산 [fin-expense-01]\n- 일비: 하루 5만 원 [fin-expense-01]\n- 영수증: 출장이 끝난 뒤 **7일 안에** 올려야 합니다 [fin-expense-01]',
  },
  {
    language: 'ko',
    ask: '육아휴직 최대 기간이 어떻게 되고 언제까지 신청해야 하나요',
    passages: ['hr-parent-01'],
    answer:
      '자녀당 최대 **1년 6개월**이고, 시작일 **30일 전**까지 신청해야 합니다. 복직 첫 달에는 주 4일 근무를 선택할 수 있습니다. [hr-parent-01]',
  },
  {
    language: 'ko',
    ask: 'VPN은 붙는데 사내 위키가 안 열려요',
    passages: ['it-vpn-02'],
    answer:
      '클라이언트 버전을 먼저 확인해 보세요. 5.2 이하라면 **5.3 이상으로 업데이트**하고, 그래도 안 되면 분할 터널링 설정을 확인한 뒤 #it-help에 로그를 올려 주세요. [it-vpn-02]',
  },
  {
    language: 'ko',
    ask: '외주사에 고객 주문 데이터를 엑셀로 보내도 되나요?',
    passages: ['sec-data-03'],
    answer:
      '보안팀 승인 없이는 **안 됩니다**. 분석이 목적이면 가명처리된 데이터마트를 쓰고, 원본이 꼭 필요하면 보유 기간과 파기 일자를 적어 반출을 신청하세요. [sec-data-03]',
  },
  {
    language: 'ko',
    ask: '상담원이 35만원짜리 환불을 바로 승인할 수 있어?',
    passages: ['cs-refund-01'],
    answer:
      '아니요. 상담원이 직접 승인할 수 있는 한도는 20만 원이고, 35만 원은 **파트장 승인**이 필요합니다. [cs-refund-01]',
  },
  {
    language: 'en',
    ask: 'Can I deploy on a Friday afternoon?',
    passages: ['ops-deploy-01'],
    answer:
      'No. Deploys go out **Monday to Thursday, 10:00 to 17:00**. If it is an incident, roll back instead: `deploy rollback <service>` takes about 90 seconds. [ops-deploy-01]',
  },
  {
    language: 'en',
    ask: 'orders-api says all connections of pool "orders" are in use. What do I do?',
    passages: ['ops-db-07', 'ops-oncall-02'],
    answer:
      'Look for long transactions before anything else:\n\n```sql\nselect pid, now() - xact_start, query from pg_stat_activity order by 2 desc\n```\n\nTerminate sessions that are idle in transaction for more than 5 minutes. Do not raise the pool size, that hides the leak [ops-db-07]. If customers cannot order, treat it as severity 1 [ops-oncall-02].',
  },
  {
    language: 'en',
    ask: 'What is the partner API rate limit, and what happens when we exceed it?',
    passages: ['api-rate-01'],
    answer:
      '600 requests a minute for each key, in bursts of 50. Beyond that you get **429 with Retry-After**. Bulk export is limited separately, to 4 jobs an hour. [api-rate-01]',
  },
  {
    language: 'en',
    ask: 'How do partners verify our webhook signatures?',
    passages: ['api-hooks-02'],
    answer:
      'HMAC-SHA256 over `id.timestamp.body` with the endpoint secret, compared in constant time with `webhook-signature`. Timestamps older than 5 minutes are refused. [api-hooks-02]',
  },
  {
    language: 'en',
    ask: 'Consumer lag on order-events is at 80k and one partition is not moving',
    passages: ['ops-kafka-03'],
    answer:
      'One hot partition usually means a stuck message. Copy it to the dead-letter topic, then `events skip --partition N --offset M`. The platform team is paged above 50,000 for 10 minutes, so they should already be on it. [ops-kafka-03]',
  },
]
