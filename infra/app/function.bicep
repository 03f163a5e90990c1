// The app: its plan, its scaling, and every setting that it reads.
param name string
param planName string
param location string
param tags object
param identityId string
param identityClientId string
param storageName string
param packageContainer string
param insightsName string
param workspaceId string
param subnetId string

param httpReady int
param workersReady int
param maximumInstances int
param instanceMemory int

param graphUrl string
param ibssUrl string
param ibssApiKeyUri string
param publicUrl string
param tenantDomains string
param horizonDays string
param conflictWinner string
param visitors string
param onBookingCancelled string
param onRoomDeclined string
param seriesChanges string
param holdPanelBookings string
param cancelBrake string
param sweepRoomsSchedule string
param sweepBookingsSchedule string
param renewSchedule string
param rollHorizonSchedule string
param functionTimeout string

// All HTTP functions scale together; every other function scales alone, under its own name.
var httpInstances = [{ name: 'http', instanceCount: httpReady }]
var workerInstances = [
  { name: 'function:pull_room', instanceCount: workersReady }
  { name: 'function:sync_instance', instanceCount: workersReady }
]

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'sync' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      http20Enabled: true
      minTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'python', version: '3.13' }
      scaleAndConcurrency: {
        alwaysReady: workersReady > 0 ? concat(httpInstances, workerInstances) : httpInstances
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
        triggers: { http: { perInstanceConcurrency: 16 } }
      }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: site
  name: 'appsettings'
  properties: {
    AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
    AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
    AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    // The host carries the app's logs too. Telemetry of the worker's own (PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY) would
    // switch that off, and the alerts would see nothing.
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    GRAPH_URL: graphUrl
    IBSS_URL: ibssUrl
    IBSS_API_KEY: '@Microsoft.KeyVault(SecretUri=${ibssApiKeyUri})'
    PUBLIC_URL: empty(publicUrl) ? 'https://${site.properties.defaultHostName}' : publicUrl
    TENANT_DOMAINS: tenantDomains
    HORIZON_DAYS: horizonDays
    CONFLICT_WINNER: conflictWinner
    VISITORS: visitors
    ON_BOOKING_CANCELLED: onBookingCancelled
    ON_ROOM_DECLINED: onRoomDeclined
    SERIES_CHANGES: seriesChanges
    HOLD_PANEL_BOOKINGS: holdPanelBookings
    CANCEL_BRAKE: cancelBrake
    SWEEP_ROOMS_SCHEDULE: sweepRoomsSchedule
    SWEEP_BOOKINGS_SCHEDULE: sweepBookingsSchedule
    RENEW_SCHEDULE: renewSchedule
    ROLL_HORIZON_SCHEDULE: rollHorizonSchedule
    AzureFunctionsJobHost__functionTimeout: functionTimeout
  }
}

// Packages are sent by identity: nobody logs in with a password.
resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: site
  name: 'ftp'
  properties: { allow: false }
}

resource noPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: site
  name: 'scm'
  properties: { allow: false }
}

// Its logs are in App Insights; sending them a second time would only cost.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: site
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output name string = site.name
output uri string = 'https://${site.properties.defaultHostName}'
