// The one secret there is: IBSS's key. The app reads it by reference; it stands in no setting.
param name string
param location string
param tags object
param privateNetwork bool
param workspaceId string

@secure()
param ibssApiKey string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enablePurgeProtection: true
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
  }
}

resource key 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(ibssApiKey)) {
  parent: vault
  name: 'ibss-api-key'
  properties: {
    contentType: 'Key of the IBSS Application User'
    value: ibssApiKey
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = vault.id
output name string = vault.name
// Without a version: a new key is taken up within a day, or at the app's next restart.
output ibssApiKeyUri string = '${vault.properties.vaultUri}secrets/ibss-api-key'
