export const amqp = [];
