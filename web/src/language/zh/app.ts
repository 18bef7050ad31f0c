// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';

export const app: Catalogue['app'] = {
  skip: '跳到正文',
  navigation: '页面',
  openMenu: '打开菜单',
  closeMenu: '关闭菜单',
  close: '关闭',
  cancel: '取消',
  readByServer: '服务器正在读取',
  loading: '正在加载',
  whatIsThis: '这是什么？',
  theme: '主题',
  themes: { system: '跟随系统', light: '浅色', dark: '深色' },
  language: '语言',
  notFound: '没有这个页面',
  notFoundText: '该地址不对应仪表盘的任何页面。',
  pages: {
    models: '模型',
    model: '模型',
    train: '训练',
    run: '训练记录',
    compare: '比较',
    playground: '试验场',
    inside: '查看内部',
    weights: '权重',
    learn: '学习',
    system: '系统',
  },
};
