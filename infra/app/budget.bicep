// Tells when the month is going to cost more than was planned. It stops nothing.
param name string
param amount int
param start string
param actionGroupId string

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: name
  properties: {
    amount: amount
    category: 'Cost'
    timeGrain: 'Monthly'
    timePeriod: { startDate: start }
    notifications: {
      spent: {
        enabled: true
        contactEmails: []
        contactGroups: [actionGroupId]
        operator: 'GreaterThanOrEqualTo'
        threshold: 90
        thresholdType: 'Actual'
      }
      expected: {
        enabled: true
        contactEmails: []
        contactGroups: [actionGroupId]
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
      }
    }
  }
}
