/** Everything that `core/kernels` runs on WebAssembly; built by `npm run build-kernels`. */
export * from './convolution';
export * from './copies';
export * from './few-channels';
export * from './layout';
export * from './normalization';
export * from './resampling';
export * from './training';
export * from './winograd';
