<#
.SYNOPSIS
    Grants the service's identity the calendars of rooms, and where wanted of organisers, in Exchange: RBAC for Applications.
.DESCRIPTION
    Needs Exchange Online PowerShell, a session (Connect-ExchangeOnline) and the role group Organization Management.
    Can be run again: what is there already is left, and a scope that reads otherwise is changed. A grant counts in Graph after
    half an hour to two hours.
    Grants add up. While Entra grants the identity Calendars.ReadWrite as well, it reads and writes every mailbox of the tenant
    and the scopes set here narrow nothing: grant-graph-app-roles.sh --revoke takes that away.
.PARAMETER AppId
    Client id of the identity.
.PARAMETER ObjectId
    Object id (principal id) of the identity in Entra.
.PARAMETER RoomFilter
    Which mailboxes are rooms: an OPATH filter.
.PARAMETER OrganiserGroup
    Address of a distribution or mail-enabled security group: the calendars of its direct members are granted too. Without it,
    meetings are mirrored from the rooms alone (docs/permissions.md says what that means).
.EXAMPLE
    ./Grant-RoomAccess.ps1 -AppId 71487acd-ec93-476d-bd0e-6c8b31831053 -ObjectId 6233fba6-0198-4277-892f-9275bf728bcc -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [guid] $AppId,
    [Parameter(Mandatory)] [guid] $ObjectId,
    [string] $RoomFilter = "RecipientTypeDetails -eq 'RoomMailbox'",
    [string] $OrganiserGroup
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$role = 'Application Calendars.ReadWrite'

function Grant-Scope($name, $filter) {
    $scope = Get-ManagementScope | Where-Object Name -eq $name
    if (-not $scope) {
        if ($PSCmdlet.ShouldProcess($name, "make a scope: $filter")) {
            New-ManagementScope -Name $name -RecipientRestrictionFilter $filter | Out-Null
        }
    }
    elseif ($scope.RecipientFilter -ne $filter -and $PSCmdlet.ShouldProcess($name, "change the scope: $filter")) {
        Set-ManagementScope -Identity $name -RecipientRestrictionFilter $filter
    }
    $assigned = Get-ManagementRoleAssignment -Role $role | Where-Object Name -eq $name
    if (-not $assigned -and $PSCmdlet.ShouldProcess($name, "grant $role")) {
        New-ManagementRoleAssignment -Name $name -App $ObjectId -Role $role -CustomResourceScope $name | Out-Null
    }
}

$known = Get-ServicePrincipal | Where-Object { "$($_.AppId)" -eq "$AppId" }
if (-not $known -and $PSCmdlet.ShouldProcess("$AppId", 'make it known to Exchange')) {
    New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId -DisplayName 'IBSS sync' | Out-Null
}
Grant-Scope 'IBSS sync rooms' $RoomFilter
if ($OrganiserGroup) {
    $group = (Get-Group -Identity $OrganiserGroup).DistinguishedName -replace "'", "''"
    Grant-Scope 'IBSS sync organisers' "MemberOfGroup -eq '$group'"
}
if (-not $WhatIfPreference) {
    Test-ServicePrincipalAuthorization -Identity $AppId
}
