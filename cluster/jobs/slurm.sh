#!/bin/bash
# ReDO on two machines of four GPUs, a process a GPU: sbatch cluster/jobs/slurm.sh
#
# Wants the package in the environment VENV, and RUN_CONFIG, a file of options as `npm run train -- --config`
# takes it, with the packed set and the run's folder on a file system that all machines see.

#SBATCH --job-name=redo
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --gpus-per-node=4
#SBATCH --cpus-per-task=8
#SBATCH --time=24:00:00
#SBATCH --output=%x-%j.log
#SBATCH --open-mode=append
#SBATCH --requeue
# Two minutes before its time is over the processes are told to stop; they write a checkpoint and end with 75.
#SBATCH --signal=TERM@120

VENV=${VENV:-$SLURM_SUBMIT_DIR/.venv}
RUN_CONFIG=${RUN_CONFIG:-$SLURM_SUBMIT_DIR/run.json}

MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
export MASTER_ADDR MASTER_PORT=29500
export PROGRAM="$VENV/bin/python" RUN_CONFIG

# shellcheck disable=SC2016 # Each process has numbers of its own.
srun --kill-on-bad-exit=1 bash -c '
  export RANK=$SLURM_PROCID LOCAL_RANK=$SLURM_LOCALID WORLD_SIZE=$SLURM_NTASKS
  exec "$PROGRAM" -m redo_cluster --config "$RUN_CONFIG" --precision bf16
'
code=$?
# Stopped, not ended: the same job goes on from the run's folder.
[ $code -eq 75 ] && scontrol requeue "$SLURM_JOB_ID"
exit $code
