/** What a person sends to try a subscription out: once, and not again. */
export const TEST_EVENT = 'webhook.test'
