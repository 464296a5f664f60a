module aicc.invalid/bench/loadgen

go 1.23
