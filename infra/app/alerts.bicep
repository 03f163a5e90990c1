// What a person is woken for. Each alert looks for lines that the service or its host logs: alerts.json says for which, and a
// test holds them against the code.
param token string
param location string
param tags object
param workspaceId string
param actionGroupId string
param stoppedAfter string

var alerts = loadJsonContent('alerts.json')

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: '${alert.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.title
      description: alert.description
      severity: alert.severity
      enabled: true
      autoMitigate: true
      skipQueryValidation: true // at the first deployment there is no log to look at yet
      scopes: [workspaceId]
      evaluationFrequency: alert.every
      windowSize: alert.name == 'sync-stopped' ? stoppedAfter : alert.window
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: alert.operator
            threshold: alert.threshold
            failingPeriods: { minFailingPeriodsToAlert: 1, numberOfEvaluationPeriods: 1 }
          }
        ]
      }
      actions: { actionGroups: [actionGroupId] }
    }
  }
]
