#!/bin/sh
# Run once by the image of PostgreSQL, on an empty data folder: three databases, two owners, no guests.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set pakhuis_password `cat /run/secrets/pakhuis-password`
\set temporal_password `cat /run/secrets/temporal-password`
CREATE ROLE pakhuis LOGIN PASSWORD :'pakhuis_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE pakhuis OWNER pakhuis;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
-- One cluster, so that one restore point covers all three; but neither owner sees the other's database.
REVOKE ALL ON DATABASE pakhuis, temporal, temporal_visibility FROM PUBLIC;
SQL
