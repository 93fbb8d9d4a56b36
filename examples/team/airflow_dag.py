"""An Airflow task for each of eight shards of the same file, with a team ledger.

A task that fails is tried again: answered rows cost nothing. On the same worker it finds its journal; on
another one, what the dead run had claimed (at most three times --concurrency calls) is in doubt after a
minute, and no task sends it. An alarm on exit code 2 (settings) saves its retries.
"""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

SHARDS = 8

with DAG("idv_applicants", start_date=datetime(2026, 11, 1), schedule="0 22 * * *", catchup=False) as dag:
    for shard in range(1, SHARDS + 1):
        BashOperator(
            task_id=f"shard_{shard}",
            bash_command=(
                f"idv batch /data/{{{{ ds }}}}/applicants.csv -o /data/{{{{ ds }}}}/results-{shard}.csv"
                f" --shard {shard}/{SHARDS} --yes --quiet --exit-zero-on held,refused,unknown"
            ),
            # IDV_LEDGER, IDV_ENDPOINT, IDV_PARTNER_CODE and IDV_PARTNER_KEY_FILE come from the worker.
            append_env=True,
            retries=5,
            retry_delay=timedelta(minutes=5),
        )
