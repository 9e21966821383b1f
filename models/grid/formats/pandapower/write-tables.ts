/** Tables as pandas writes them, with the types that pandapower's tables have. */
export type Cells = Readonly<Record<string, number | string | boolean | null>>

export interface Frame {
  readonly _module: 'pandas.core.frame'
  readonly _class: 'DataFrame'
  readonly _object: string
  readonly orient: 'split'
  readonly dtype: Readonly<Record<string, string>>
  readonly is_multiindex: false
  readonly is_multicolumn: false
}

const typed = (type: string, ...columns: readonly string[]) => Object.fromEntries(columns.map((column) => [column, type]))

const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bus: { ...typed('object', 'name'), ...typed('float64', 'vn_kv'), ...typed('object', 'type', 'zone'), ...typed('bool', 'in_service'), ...typed('object', 'geo') },
  line: {
    ...typed('object', 'name', 'std_type'), ...typed('uint32', 'from_bus', 'to_bus'), ...typed('float64', 'length_km', 'r_ohm_per_km', 'x_ohm_per_km', 'c_nf_per_km', 'g_us_per_km', 'r0_ohm_per_km', 'x0_ohm_per_km', 'c0_nf_per_km', 'max_i_ka', 'df'),
    ...typed('uint32', 'parallel'), ...typed('object', 'type'), ...typed('bool', 'in_service'), ...typed('object', 'geo'),
  },
  trafo: {
    ...typed('object', 'name', 'std_type'), ...typed('uint32', 'hv_bus', 'lv_bus'), ...typed('float64', 'sn_mva', 'vn_hv_kv', 'vn_lv_kv', 'vk_percent', 'vkr_percent', 'pfe_kw', 'i0_percent', 'shift_degree'),
    ...typed('object', 'tap_side'), ...typed('float64', 'tap_neutral', 'tap_min', 'tap_max', 'tap_step_percent', 'tap_step_degree', 'tap_pos'), ...typed('object', 'tap_changer_type', 'vector_group'), ...typed('bool', 'tap_dependency_table'),
    ...typed('uint32', 'parallel'), ...typed('float64', 'df'), ...typed('bool', 'in_service'),
  },
  trafo3w: {
    ...typed('object', 'name', 'std_type'), ...typed('uint32', 'hv_bus', 'mv_bus', 'lv_bus'),
    ...typed('float64', ...['sn_%_mva', 'vn_%_kv', 'vk_%_percent', 'vkr_%_percent'].flatMap((column) => ['hv', 'mv', 'lv'].map((side) => column.replace('%', side))), 'pfe_kw', 'i0_percent', 'shift_mv_degree', 'shift_lv_degree'),
    ...typed('object', 'tap_side'), ...typed('float64', 'tap_neutral', 'tap_min', 'tap_max', 'tap_step_percent', 'tap_step_degree', 'tap_pos'), ...typed('object', 'tap_changer_type'), ...typed('bool', 'tap_at_star_point', 'tap_dependency_table', 'in_service'),
  },
  impedance: { ...typed('object', 'name'), ...typed('uint32', 'from_bus', 'to_bus'), ...typed('float64', 'rft_pu', 'xft_pu', 'rtf_pu', 'xtf_pu', 'gf_pu', 'bf_pu', 'gt_pu', 'bt_pu', 'sn_mva'), ...typed('bool', 'in_service') },
  switch: { ...typed('int64', 'bus', 'element'), ...typed('object', 'et', 'type'), ...typed('bool', 'closed'), ...typed('object', 'name'), ...typed('float64', 'z_ohm', 'in_ka') },
  ext_grid: { ...typed('object', 'name'), ...typed('uint32', 'bus'), ...typed('float64', 'vm_pu', 'va_degree', 'slack_weight'), ...typed('bool', 'in_service', 'controllable') },
  load: { ...typed('object', 'name'), ...typed('uint32', 'bus'), ...typed('float64', 'p_mw', 'q_mvar', 'const_z_p_percent', 'const_i_p_percent', 'const_z_q_percent', 'const_i_q_percent', 'sn_mva', 'scaling'), ...typed('bool', 'in_service'), ...typed('object', 'type') },
  gen: { ...typed('object', 'name'), ...typed('uint32', 'bus'), ...typed('float64', 'p_mw', 'vm_pu', 'sn_mva', 'min_q_mvar', 'max_q_mvar', 'scaling'), ...typed('bool', 'slack', 'controllable', 'in_service'), ...typed('float64', 'slack_weight'), ...typed('object', 'type') },
  shunt: { ...typed('uint32', 'bus'), ...typed('object', 'name'), ...typed('float64', 'q_mvar', 'p_mw', 'vn_kv', 'step'), ...typed('uint32', 'max_step'), ...typed('bool', 'step_dependency_table', 'in_service') },
}

export function frame(table: string, rows: readonly Cells[]): Frame {
  const dtype = TYPES[table]
  const columns = Object.keys(dtype)
  return {
    _module: 'pandas.core.frame', _class: 'DataFrame', orient: 'split', dtype, is_multiindex: false, is_multicolumn: false,
    _object: JSON.stringify({ columns, index: rows.map((_, k) => k), data: rows.map((row) => columns.map((column) => row[column] ?? null)) }),
  }
}
