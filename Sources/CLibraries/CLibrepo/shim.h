#include <librepo/librepo.h>

// Swift cannot call variadic functions.
static inline gboolean lr_handle_set_long(LrHandle *handle, LrHandleOption option, long value, GError **error) {
    return lr_handle_setopt(handle, error, option, value);
}

static inline gboolean lr_handle_set_pointer(LrHandle *handle, LrHandleOption option, const void *value, GError **error) {
    return lr_handle_setopt(handle, error, option, value);
}

static inline gboolean lr_result_get_repo(LrResult *result, LrYumRepo **repo, GError **error) {
    return lr_result_getinfo(result, error, LRR_YUM_REPO, repo);
}

static inline gboolean lr_handle_set_mirror_failure(LrHandle *handle, LrHandleMirrorFailureCb callback, void *data, GError **error) {
    return lr_handle_setopt(handle, error, LRO_HMFCB, callback)
        && lr_handle_setopt(handle, error, LRO_PROGRESSDATA, data);
}
