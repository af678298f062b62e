import "handful/worker";
