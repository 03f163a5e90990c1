#!/usr/bin/env bash
# Grants an identity Calendars.ReadWrite of Microsoft Graph: every calendar of the tenant. With --revoke, takes it away again.
#
#   ./grant-graph-app-roles.sh <object id of the identity>
#   ./grant-graph-app-roles.sh --revoke <object id of the identity>
#
# Needs the Azure CLI, signed in (az login) as Privileged Role Administrator or Global Administrator. The role counts in new
# tokens only, and the token of a managed identity may be up to a day old: restart the app to have a new one sooner.
set -euo pipefail

usage() {
  echo "usage: $0 [--revoke] <object id of the identity>" >&2
  exit 2
}

revoke=no
if [[ ${1:-} == --revoke ]]; then
  revoke=yes
  shift
fi
[[ $# -eq 1 && $1 =~ ^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$ ]] || usage
principal=$1

graph_app=00000003-0000-0000-c000-000000000000
role=ef54d2bf-783f-4e0f-bca1-3210c0444d99 # Calendars.ReadWrite, application
assignments="https://graph.microsoft.com/v1.0/servicePrincipals/$principal/appRoleAssignments"

held=$(az rest --method get --url "$assignments" --query "value[?appRoleId=='$role'].id" --output tsv)

if [[ $revoke == yes ]]; then
  for assignment in $held; do
    az rest --method delete --url "$assignments/$assignment"
  done
  echo "Entra grants $principal no Calendars.ReadWrite any more."
elif [[ -n $held ]]; then
  echo "Entra grants $principal Calendars.ReadWrite already."
else
  graph=$(az ad sp show --id "$graph_app" --query id --output tsv)
  az rest --method post --url "$assignments" --output none \
    --body "{\"principalId\": \"$principal\", \"resourceId\": \"$graph\", \"appRoleId\": \"$role\"}"
  echo "Entra grants $principal Calendars.ReadWrite in every mailbox of the tenant."
fi
