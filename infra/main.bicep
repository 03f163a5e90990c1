// Everything that the service needs in Azure, in one resource group. What each part is for stands in README.md beside this.
targetScope = 'subscription'

@description('The azd environment: it names the resource group, and every other name is made from it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of all resources; it must offer Flex Consumption.')
@minLength(1)
@metadata({ azd: { type: 'location' } })
param location string

@description('Address of the IBSS API, without /v2.')
param ibssUrl string

@description('Key of the IBSS Application User. It goes into Key Vault and nowhere else; leave it empty to keep the one that is there.')
@secure()
param ibssApiKey string = ''

@description('Your mail domains, separated by commas: their people are colleagues, not visitors.')
param tenantDomains string

@description('How the service behaves. README.md of the project explains each setting; these are its defaults.')
param horizonDays string = '180'
@allowed(['outlook', 'ibss'])
param conflictWinner string = 'outlook'
@allowed(['external', 'all', 'none'])
param visitors string = 'external'
@allowed(['cancel_event', 'remove_room'])
param onBookingCancelled string = 'cancel_event'
@allowed(['cancel_booking', 'keep'])
param onRoomDeclined string = 'cancel_booking'
@allowed(['on', 'off'])
param seriesChanges string = 'on'
@allowed(['on', 'off'])
param holdPanelBookings string = 'off'
param cancelBrake string = '20%,10'
param sweepRoomsSchedule string = '0 */10 * * * *'
param sweepBookingsSchedule string = '30 */5 * * * *'
param renewSchedule string = '15 */15 * * * *'
param rollHorizonSchedule string = '0 20 2 * * *'

@description('How long one run of a function may take: longer where thousands of rooms are swept.')
param functionTimeout string = '00:10:00'

@description('Address under which Graph and IBSS reach the app, where it is not the app\'s own; without /api.')
param publicUrl string = ''

@description('Microsoft Graph; another address in a national cloud.')
param graphUrl string = 'https://graph.microsoft.com/v1.0'

@description('Storage and Key Vault are reached over a private network only. The app itself stays public: Graph has to reach it.')
param privateNetwork bool = false

@description('Instances that are always warm for HTTP: Graph waits 3 seconds for an answer, and 10 when a subscription is made.')
@minValue(1)
@maxValue(20)
param httpReady int = 1

@description('Instances that are always warm for each of the two queues; none by default, a cold one is there in seconds.')
@minValue(0)
@maxValue(20)
param workersReady int = 0

@description('The most instances that each scaling group may have.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('Memory of an instance, in MB.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048

@description('How storage keeps its copies. Not every region has zones: there take Standard_LRS or Standard_GRS.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageCopies string = 'Standard_ZRS'

@description('Who is mailed when an alert fires; nobody when empty.')
param alertEmail string = ''

@description('The alert "The sync has stopped" fires when no sweep of the bookings has succeeded for so long: longer than its schedule.')
@allowed(['PT30M', 'PT1H', 'PT2H', 'PT3H'])
param stoppedAfter string = 'PT30M'

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

@description('Monthly budget of the resource group, in the currency of the subscription; 0 for none.')
@minValue(0)
param monthlyBudget int = 0

@description('First day of the month in which the budget was first deployed, such as 2026-12-01. Azure refuses to change it later.')
param budgetStart string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var functionAppName = 'func-${token}'

resource rg 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  scope: rg
  params: {
    name: 'id-${token}'
    location: location
    tags: tags
  }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  scope: rg
  params: {
    workspaceName: 'log-${token}'
    insightsName: 'appi-${token}'
    actionGroupName: 'ag-${token}'
    location: location
    tags: tags
    retentionDays: retentionDays
    alertEmail: alertEmail
  }
}

module storage 'app/storage.bicep' = {
  name: 'storage'
  scope: rg
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    copies: storageCopies
    privateNetwork: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'app/vault.bicep' = {
  name: 'vault'
  scope: rg
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    privateNetwork: privateNetwork
    ibssApiKey: ibssApiKey
    workspaceId: monitoring.outputs.workspaceId
  }
}

module access 'app/access.bicep' = {
  name: 'access'
  scope: rg
  params: {
    principalId: identity.outputs.principalId
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
  }
}

module network 'app/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: rg
  params: {
    token: token
    location: location
    tags: tags
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module app 'app/function.bicep' = {
  name: 'app'
  scope: rg
  params: {
    name: functionAppName
    planName: 'plan-${token}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    packageContainer: storage.outputs.packageContainer
    insightsName: monitoring.outputs.insightsName
    workspaceId: monitoring.outputs.workspaceId
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    httpReady: httpReady
    workersReady: workersReady
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
    graphUrl: graphUrl
    ibssUrl: ibssUrl
    ibssApiKeyUri: vault.outputs.ibssApiKeyUri
    publicUrl: publicUrl
    tenantDomains: tenantDomains
    horizonDays: horizonDays
    conflictWinner: conflictWinner
    visitors: visitors
    onBookingCancelled: onBookingCancelled
    onRoomDeclined: onRoomDeclined
    seriesChanges: seriesChanges
    holdPanelBookings: holdPanelBookings
    cancelBrake: cancelBrake
    sweepRoomsSchedule: sweepRoomsSchedule
    sweepBookingsSchedule: sweepBookingsSchedule
    renewSchedule: renewSchedule
    rollHorizonSchedule: rollHorizonSchedule
    functionTimeout: functionTimeout
  }
  dependsOn: [access]
}

module alerts 'app/alerts.bicep' = {
  name: 'alerts'
  scope: rg
  params: {
    token: token
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: monitoring.outputs.actionGroupId
    stoppedAfter: stoppedAfter
  }
}

module budget 'app/budget.bicep' = if (monthlyBudget > 0 && !empty(budgetStart)) {
  name: 'budget'
  scope: rg
  params: {
    name: 'budget-${token}'
    amount: monthlyBudget
    start: budgetStart
    actionGroupId: monitoring.outputs.actionGroupId
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = rg.name
output AZURE_KEY_VAULT_NAME string = vault.outputs.name
output AZURE_FUNCTION_NAME string = app.outputs.name
output SERVICE_SYNC_NAME string = app.outputs.name
output SERVICE_SYNC_URI string = app.outputs.uri
output SYNC_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output SYNC_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output SYNC_OUTBOUND_ADDRESS string = privateNetwork ? network!.outputs.outboundAddress : ''
