#!/bin/sh
# Makes the namespace our code works in; as often as you like.
set -eu
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" > /dev/null 2>&1; then
    echo "namespace $TEMPORAL_NAMESPACE is there"
    exit 0
fi
# For 30 days a finished order can be looked at in Temporal; the order itself is in PostgreSQL for good.
temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h
