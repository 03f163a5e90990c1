<#
.SYNOPSIS
    Tells what the settings of each room mailbox mean for the sync, and the command that changes those that are in its way.
.DESCRIPTION
    Reads only. Needs Exchange Online PowerShell (Install-Module ExchangeOnlineManagement) and a session: Connect-ExchangeOnline.
    Graph tells none of these settings, so the service itself cannot.
    Each line of the answer is one setting of one room: "change" is in the way of the sync, "know" is good to know.
.PARAMETER Room
    Addresses of room mailboxes. Without it, all room mailboxes of the tenant.
.PARAMETER HorizonDays
    The service's HORIZON_DAYS, or the building's Forward_Sync_Period in IBSS.
.PARAMETER AppId
    Client id of the service's identity: then it is told as well whether Exchange grants it each room (Grant-RoomAccess.ps1).
.EXAMPLE
    ./Test-Rooms.ps1 | Where-Object Level -eq change | Format-Table Room, Setting, Value, Means -Wrap
.EXAMPLE
    ./Test-Rooms.ps1 -Room oak@contoso.example -HorizonDays 90 | Format-List
#>
[CmdletBinding()]
param(
    [string[]] $Room,
    [ValidateRange(1, 1825)] [int] $HorizonDays = 180,
    [string] $AppId
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

# When: whether the setting matters as it is. Means: what then happens to the sync. Set: what Set-CalendarProcessing is given.
$rules = @(
    @{ Setting = 'AutomateProcessing'; Level = 'change'; Set = '-AutomateProcessing AutoAccept'
        When = { param($now) $now.AutomateProcessing -ne 'AutoAccept' }
        Means = 'The room does not answer by itself. A booking stands in IBSS while nobody answers, and is cancelled when somebody declines.' }
    @{ Setting = 'BookingWindowInDays'; Level = 'change'; Set = "-BookingWindowInDays $([Math]::Min($HorizonDays, 1080))"
        When = { param($now) $now.BookingWindowInDays -lt $HorizonDays }
        Means = "The room declines what is further ahead, and the sync looks $HorizonDays days ahead: a booking made in IBSS beyond the window is cancelled." }
    @{ Setting = 'AllowConflicts'; Level = 'change'; Set = '-AllowConflicts $false'
        When = { param($now) $now.AllowConflicts }
        Means = 'Outlook takes two meetings in one slot and IBSS does not: the second stays in Outlook alone.' }
    @{ Setting = 'RemovePrivateProperty'; Level = 'change'; Set = '-RemovePrivateProperty $false'
        When = { param($now) $now.RemovePrivateProperty }
        Means = 'A private meeting of an organiser whose calendar the service cannot read comes to IBSS like any other.' }
    @{ Setting = 'DeleteSubject'; Level = 'change'; Set = '-DeleteSubject $false'
        When = { param($now) $now.DeleteSubject }
        Means = "Where the organiser's calendar cannot be read, the booking has the organiser's name for a subject." }
    @{ Setting = 'AddOrganizerToSubject'; Level = 'change'; Set = '-AddOrganizerToSubject $false'
        When = { param($now) $now.AddOrganizerToSubject }
        Means = "Where the organiser's calendar cannot be read, the organiser's name stands in the booking's subject." }
    @{ Setting = 'EnableAutoRelease'; Level = 'change'; Set = '-EnableAutoRelease $false'
        When = { param($now) $now.EnableAutoRelease }
        Means = 'Microsoft Places gives the room back when nobody checks in there, whether or not somebody checked in to IBSS.' }
    @{ Setting = 'EnforceSchedulingHorizon'; Level = 'know'; Set = '-EnforceSchedulingHorizon $false'
        When = { param($now) $now.EnforceSchedulingHorizon }
        Means = 'A series that goes on beyond BookingWindowInDays is declined as a whole: an endless one is never booked.' }
    @{ Setting = 'AllowRecurringMeetings'; Level = 'know'; Set = '-AllowRecurringMeetings $true'
        When = { param($now) -not $now.AllowRecurringMeetings }
        Means = 'Series made in Outlook are declined. Recurring bookings of IBSS are single meetings, and are taken.' }
    @{ Setting = 'ConflictPercentageAllowed'; Level = 'know'; Set = ''
        When = { param($now) $now.ConflictPercentageAllowed -gt 0 }
        Means = 'A series is taken though some occurrences clash: those are declined, and have no booking.' }
    @{ Setting = 'MaximumConflictInstances'; Level = 'know'; Set = ''
        When = { param($now) $now.MaximumConflictInstances -gt 0 }
        Means = 'A series is taken though some occurrences clash: those are declined, and have no booking.' }
    @{ Setting = 'MaximumDurationInMinutes'; Level = 'know'; Set = '-MaximumDurationInMinutes 0'
        When = { param($now) $now.MaximumDurationInMinutes -gt 0 }
        Means = 'Longer meetings are declined, and a booking of IBSS that is longer is cancelled.' }
    @{ Setting = 'MinimumDurationInMinutes'; Level = 'know'; Set = '-MinimumDurationInMinutes 0'
        When = { param($now) $now.MinimumDurationInMinutes -gt 0 }
        Means = 'Shorter meetings are declined, and a booking of IBSS that is shorter is cancelled.' }
    @{ Setting = 'ScheduleOnlyDuringWorkHours'; Level = 'know'; Set = '-ScheduleOnlyDuringWorkHours $false'
        When = { param($now) $now.ScheduleOnlyDuringWorkHours }
        Means = 'Meetings outside the working hours of the mailbox are declined, and such bookings of IBSS are cancelled.' }
    @{ Setting = 'EnforceCapacity'; Level = 'know'; Set = '-EnforceCapacity $false'
        When = { param($now) $now.EnforceCapacity }
        Means = 'Meetings with more people than the capacity are declined, and such bookings of IBSS are cancelled.' }
    @{ Setting = 'AllBookInPolicy'; Level = 'know'; Set = '-AllBookInPolicy $true'
        When = { param($now) -not $now.AllBookInPolicy }
        Means = 'Delegates answer for those who are not in BookInPolicy. A booking stands meanwhile, and is cancelled when they decline.' }
    @{ Setting = 'ForwardRequestsToDelegates'; Level = 'know'; Set = '-ForwardRequestsToDelegates $false'
        When = { param($now) $now.ForwardRequestsToDelegates -and $now.ResourceDelegates }
        Means = 'Delegates get a mail for each request, also for those that the sync makes for a booking of IBSS.' }
    @{ Setting = 'ProcessExternalMeetingMessages'; Level = 'know'; Set = ''
        When = { param($now) $true }
        Means = 'When false, people of other tenants cannot book this room, so IBSS never hears of it. When true, such a meeting is mirrored from the room alone.' }
    @{ Setting = 'RemoveCanceledMeetings'; Level = 'know'; Set = '-RemoveCanceledMeetings $true'
        When = { param($now) -not $now.RemoveCanceledMeetings }
        Means = "Cancelled meetings stay visible in the room's calendar. The sync counts them as gone." }
    @{ Setting = 'DeleteComments'; Level = 'know'; Set = ''
        When = { param($now) $now.DeleteComments }
        Means = 'Nothing: bodies are never read and never written.' }
    @{ Setting = 'DeleteAttachments'; Level = 'know'; Set = ''
        When = { param($now) $now.DeleteAttachments }
        Means = 'Nothing: attachments are never read and never written.' }
)

function Get-Finding($address, $now) {
    foreach ($rule in $rules) {
        # A setting that this edition of Exchange does not have does not matter.
        if ($now.PSObject.Properties.Name -notcontains $rule.Setting) { continue }
        if (-not (& $rule.When $now)) { continue }
        [pscustomobject]@{
            Room    = $address
            Level   = $rule.Level
            Setting = $rule.Setting
            Value   = $now.($rule.Setting)
            Means   = $rule.Means
            Command = if ($rule.Set) { "Set-CalendarProcessing -Identity $address $($rule.Set)" } else { '' }
        }
    }
}

function Get-Access($address) {
    $granted = Test-ServicePrincipalAuthorization -Identity $AppId -Resource $address |
        Where-Object { $_.RoleName -eq 'Application Calendars.ReadWrite' -and "$($_.InScope)" -eq 'True' }
    [pscustomobject]@{
        Room    = $address
        Level   = if ($granted) { 'know' } else { 'change' }
        Setting = 'Access'
        Value   = [bool]$granted
        Means   = if ($granted) { 'Exchange grants it.' } else { 'Exchange does not grant it: only a role that Entra grants can.' }
        Command = if ($granted) { '' } else { './Grant-RoomAccess.ps1' }
    }
}

$addresses = if ($Room) { $Room } else {
    Get-Mailbox -RecipientTypeDetails RoomMailbox -ResultSize Unlimited | ForEach-Object { "$($_.PrimarySmtpAddress)" }
}
foreach ($address in $addresses) {
    Get-Finding $address (Get-CalendarProcessing -Identity $address)
    if ($AppId) { Get-Access $address }
}
