#!/bin/sh
# The image takes its password from the environment only; here it comes from the secret's file.
set -eu
POSTGRES_PWD="$(cat /run/secrets/temporal-password)"
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
