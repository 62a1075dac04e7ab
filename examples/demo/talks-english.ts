import { lookUp, track, type Script } from './talk.ts'

const krw = (amount: number) => `KRW ${amount.toLocaleString('en-US')}`

const refund: Script = (order) => ({
  name: 'Support: refund',
  language: 'en',
  tag: 'refund',
  turns: [
    {
      ask: `Hi, I'd like to return the ${order.item_en} I got on Monday. It's too big for me.`,
      intent: 'refund',
      tool: lookUp(order, 'delivered'),
      answer: `No problem. Order ${order.order_id} is still inside the 7-day return window.\n\n- You paid: ${krw(order.price)}\n- Return shipping: ${krw(3000)} (change of mind)\n- You get back: **${krw(order.price - 3000)}**\n\nShall I book a pickup for you?`,
    },
    {
      ask: 'Yes please, any day this week works.',
      intent: 'refund_pickup',
      tool: {
        name: 'request_pickup',
        input: { order_id: order.order_id, reason: 'change_of_mind', slot: 'any' },
        output: {
          pickup_id: `P${order.order_id.slice(1)}`,
          slot: 'tomorrow 13:00-16:00',
          courier: order.courier_en,
        },
      },
      answer: `Done. ${order.courier_en} will collect it tomorrow between 1 and 4 pm. Just leave the parcel at your door. Your refund starts as soon as the item is checked at the warehouse.`,
    },
  ],
})

const delivery: Script = (order) => ({
  name: 'Support: where is my order',
  language: 'en',
  tag: 'delivery',
  turns: [
    {
      ask: `Where is my order ${order.order_id}? The app has said "preparing" since yesterday.`,
      intent: 'delivery_status',
      tool: track(order, 'departed'),
      answer: `It left the warehouse this morning with ${order.courier_en} (tracking ${order.invoice}) and should reach you **tomorrow before 6 pm**. The app updates a few hours after the courier's scan.`,
    },
    {
      ask: 'Can it be left with the concierge?',
      intent: 'delivery_instruction',
      tool: {
        name: 'set_delivery_note',
        input: { invoice: order.invoice, note: 'Leave with the concierge' },
        output: { accepted: true, forwarded_to: order.courier_en },
      },
      answer:
        'Yes. I sent the driver a note to leave it with the concierge, and you will get a photo when it is delivered.',
    },
  ],
})

const plan: Script = () => ({
  name: 'Support: change plan',
  language: 'en',
  tag: 'plan',
  turns: [
    {
      ask: 'What do I get if I move from Haru Pass Basic to Plus?',
      intent: 'plan_compare',
      tool: {
        name: 'get_subscription',
        input: { include: ['usage', 'next_invoice'] },
        output: { plan: 'basic', price: 2900, next_invoice_in_days: 20, orders_this_month: 4 },
      },
      answer:
        'Plus is KRW 5,900 a month instead of KRW 2,900. You get unlimited free delivery (Basic: 5 a month), dawn delivery included, and 3% points instead of 1%. With 4 orders this month, Basic still covers you; from 6 orders on, Plus is cheaper.',
    },
    {
      ask: "I'll stay with Basic then. Thanks for being honest!",
      intent: 'thanks',
      answer: 'Happy to help. I can remind you if you go over five orders in a month.',
    },
  ],
})

const damaged: Script = (order) => ({
  name: 'Support: damaged item',
  language: 'en',
  tag: 'refund',
  turns: [
    {
      ask: `The ${order.item_en} arrived with a cracked side. I have photos. What now?`,
      intent: 'damaged_item',
      tool: lookUp(order, 'delivered', { photos_attached: 2 }),
      answer: `I'm sorry about that. Thank you for the photos, they clearly show the damage. You can choose:\n\n1. a replacement, shipped today, or\n2. a full refund of ${krw(order.price)}.\n\nPickup of the damaged one is free either way.`,
    },
    {
      ask: 'A replacement, please.',
      intent: 'replacement',
      tool: {
        name: 'create_exchange',
        input: { order_id: order.order_id, reason: 'damaged', keep_variant: true },
        output: { exchange_id: `X${order.order_id.slice(1)}`, fee: 0, ships: 'today' },
      },
      answer: `Your replacement ships today with ${order.courier_en}; please hand the damaged one to the same driver. Nothing will be charged.`,
    },
  ],
})

const login: Script = () => ({
  name: 'Support: cannot sign in',
  language: 'en',
  tag: 'account',
  turns: [
    {
      ask: "I changed my phone number and now I can't get the sign-in code.",
      intent: 'login_problem',
      answer:
        'You can sign in with your e-mail instead: choose **Other ways to sign in**, then "Send a link". Once you are in, set the new number under *My page → Security*. If your e-mail has changed too, I can connect you to a person who checks your identity.',
    },
  ],
})

export const ENGLISH_TALKS: readonly Script[] = [refund, delivery, plan, damaged, login]
