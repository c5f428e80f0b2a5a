// SPDX-License-Identifier: MIT
// Everything: every public header of the library, in the order of the folders. A test checks that none is missing.
#pragma once

// core
#include <yhat/autograd.h>
#include <yhat/build_info.h>
#include <yhat/checkpoint.h>
#include <yhat/dtype.h>
#include <yhat/elementwise.h>
#include <yhat/error.h>
#include <yhat/gradcheck.h>
#include <yhat/npy.h>
#include <yhat/observer.h>
#include <yhat/ops.h>
#include <yhat/parallel.h>
#include <yhat/pnm.h>
#include <yhat/recycled.h>
#include <yhat/rng.h>
#include <yhat/safetensors.h>
#include <yhat/scope.h>
#include <yhat/shape.h>
#include <yhat/state_dict.h>
#include <yhat/tensor.h>
#include <yhat/version.h>

// layers
#include <yhat/activations.h>
#include <yhat/conv2d.h>
#include <yhat/dropout.h>
#include <yhat/init.h>
#include <yhat/layer_info.h>
#include <yhat/linear.h>
#include <yhat/module.h>
#include <yhat/normalisation.h>
#include <yhat/pooling.h>
#include <yhat/sequential.h>
#include <yhat/summary.h>

// losses
#include <yhat/losses.h>

// optim
#include <yhat/adam.h>
#include <yhat/lr_schedule.h>
#include <yhat/optimizer.h>
#include <yhat/sgd.h>

// models
#include <yhat/alexnet.h>
#include <yhat/description.h>
#include <yhat/lenet.h>
#include <yhat/vgg.h>

// data
#include <yhat/augment.h>
#include <yhat/batches.h>
#include <yhat/dataset.h>
#include <yhat/idx.h>
#include <yhat/imagenet.h>
#include <yhat/pictures.h>

// trace
#include <yhat/confusion_matrix.h>
#include <yhat/first_non_finite.h>
#include <yhat/image.h>
#include <yhat/metrics_csv.h>
#include <yhat/peak_memory.h>
#include <yhat/plot.h>
#include <yhat/progress.h>
#include <yhat/recorder.h>
#include <yhat/report.h>
#include <yhat/terminal.h>
#include <yhat/trace.h>
